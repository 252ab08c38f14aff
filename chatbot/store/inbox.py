"""What waits for the staff: conversations handed over, and answers that readers found bad."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Sequence

from sqlalchemy import func, select, update

from chatbot.store.database import Store
from chatbot.store.tables import Conversation, Feedback, Handover, Message, User, now

MOST_LISTED = 200
Box = Literal["open", "taken", "closed", "down"]


@dataclass(frozen=True)
class Entry:
    """A conversation in the inbox: why it is there, and who looks after it."""

    conversation: Conversation
    handover: Handover | None = None
    feedback: Feedback | None = None
    name: str | None = None


def entries(store: Store, box: Box) -> Sequence[Entry]:
    """The entries of a box; those that wait come oldest first, what is done newest first."""
    return _disliked(store) if box == "down" else _handed_over(store, box)


def counts(store: Store) -> dict[str, int]:
    """How many entries wait: box → number. Closed hand-overs are not counted."""
    handovers = select(Handover.state, func.count()).where(Handover.state.in_(("open", "taken"))).group_by(Handover.state)
    disliked = select(func.count()).where(Feedback.verdict == "down", Feedback.state == "new")
    with store.read() as session:
        found = {state: n for state, n in session.execute(handovers)}
        return {"open": found.get("open", 0), "taken": found.get("taken", 0), "down": session.scalar(disliked) or 0}


def get(store: Store, conversation_id: str) -> Conversation | None:
    """The conversation, if its visitor asked for a person or judged an answer: staff read no other."""
    handed = select(Handover.id).where(Handover.conversation_id == conversation_id)
    judged = select(Feedback.id).join(Message).where(Message.conversation_id == conversation_id)
    with store.read() as session:
        talk = session.get(Conversation, conversation_id)
        seen = session.scalar(handed.limit(1)) or session.scalar(judged.limit(1))
        return talk if talk and seen and not talk.deleted_at else None


def take(store: Store, handover_id: int, user_id: int) -> bool:
    """Look after a hand-over, also in place of somebody else; False when it was closed meanwhile."""
    running = update(Handover).where(Handover.id == handover_id, Handover.state.in_(("open", "taken")))
    with store.write() as session:
        return session.execute(running.values(state="taken", by=user_id, taken_at=now())).rowcount == 1


def correct(store: Store, message_id: int, text: str, user_id: int) -> None:
    """Note what an answer should have said; what the reader thought of it stays."""
    with store.write() as session:
        row = session.scalar(select(Feedback).where(Feedback.message_id == message_id))
        row = row or Feedback(message_id=message_id, verdict="down")
        row.correction, row.by, row.at, row.state = text, user_id, now(), "new"
        session.add(row)


def settle(store: Store, conversation_id: str) -> None:
    """Bad opinions without a correction need nothing more."""
    its = select(Message.id).where(Message.conversation_id == conversation_id)
    done = update(Feedback).where(Feedback.message_id.in_(its), Feedback.state == "new", Feedback.correction == "")
    with store.write() as session:
        session.execute(done.values(state="dismissed"))


def _handed_over(store: Store, state: str) -> Sequence[Entry]:
    order = Handover.closed_at.desc() if state == "closed" else Handover.created_at
    rows = select(Conversation, Handover, User.name).join(Handover, Handover.conversation_id == Conversation.id)
    mine = (Handover.state == state, Conversation.deleted_at.is_(None))
    with store.read() as session:
        found = session.execute(rows.outerjoin(User, User.id == Handover.by).where(*mine).order_by(order).limit(MOST_LISTED))
        return [Entry(talk, handover, name=name) for talk, handover, name in found]


def _disliked(store: Store) -> Sequence[Entry]:
    """One entry a conversation, with its newest bad opinion."""
    rows = select(Conversation, Feedback).join(Message, Message.conversation_id == Conversation.id).join(Feedback)
    new = (Feedback.verdict == "down", Feedback.state == "new", Conversation.deleted_at.is_(None))
    with store.read() as session:
        found = session.execute(rows.where(*new).order_by(Feedback.at).limit(MOST_LISTED))
        return list({talk.id: Entry(talk, feedback=opinion) for talk, opinion in found}.values())
