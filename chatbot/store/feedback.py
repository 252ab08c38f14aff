"""What readers think of answers: one opinion an answer, the last one counts."""

from __future__ import annotations

from sqlalchemy import delete, select

from chatbot.store.database import Store
from chatbot.store.tables import Feedback, Message, now

REASONS = ("wrong", "incomplete", "beside", "unclear", "tone", "other")


def put(store: Store, message_id: int, verdict: str, reason: str = "", correction: str = "", by: int | None = None) -> None:
    """Keep an opinion; an earlier one about the same answer goes, and staff see it as new."""
    with store.write() as session:
        row = session.scalar(select(Feedback).where(Feedback.message_id == message_id)) or Feedback(message_id=message_id)
        row.verdict, row.reason, row.correction, row.by = verdict, reason, correction, by
        row.at, row.state = now(), "new"
        session.add(row)


def remove(store: Store, message_id: int) -> None:
    with store.write() as session:
        session.execute(delete(Feedback).where(Feedback.message_id == message_id))


def of_conversation(store: Store, conversation_id: str) -> dict[int, Feedback]:
    """Message id → what was thought of it."""
    rows = select(Feedback).join(Message, Message.id == Feedback.message_id).where(Message.conversation_id == conversation_id)
    with store.read() as session:
        return {row.message_id: row for row in session.scalars(rows)}
