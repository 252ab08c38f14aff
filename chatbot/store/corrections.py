"""Corrected answers, on their way to become examples: new, accepted, dismissed, used (in a dataset)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Sequence

from sqlalchemy import select, update

from chatbot.store.database import Store
from chatbot.store.tables import Feedback, Message, User


@dataclass(frozen=True)
class Correction:
    """An answer, what it should have said, and the name of who says so (None: a visitor)."""

    feedback: Feedback
    answer: Message
    name: str | None


def every(store: Store, state: str) -> Sequence[Correction]:
    """All in one state, the oldest first."""
    rows = select(Feedback, Message, User.name).join(Message, Message.id == Feedback.message_id).outerjoin(User, User.id == Feedback.by)
    with store.read() as session:
        found = session.execute(rows.where(Feedback.state == state, Feedback.correction != "").order_by(Feedback.id))
        return [Correction(*row) for row in found]


def decide(store: Store, feedback_id: int, state: str, text: str | None = None) -> bool:
    """Accept (with the text as it is to be learnt) or dismiss a new correction; False when it was decided before."""
    fields = {"state": state} | ({"correction": text} if text else {})
    with store.write() as session:
        return session.execute(update(Feedback).where(Feedback.id == feedback_id, Feedback.state == "new").values(fields)).rowcount == 1


def mark_used(store: Store, ids: Sequence[int]) -> None:
    with store.write() as session:
        session.execute(update(Feedback).where(Feedback.id.in_(ids)).values(state="used"))
