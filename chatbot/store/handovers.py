"""Conversations handed over to a person: open (asked for), taken (somebody of the staff answers), closed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update

from chatbot.store.database import Store
from chatbot.store.tables import Handover, User, now

RUNNING = ("open", "taken")


@dataclass(frozen=True)
class Standing:
    """How the newest hand-over of a conversation stands, and the name of who took it."""

    handover: Handover
    name: str | None


def ask(store: Store, conversation_id: str, reason: str = "", contact: str = "") -> bool:
    """Ask for a person; True when nobody had been asked yet. Asked twice, it stays the same hand-over."""
    running = select(Handover).where(Handover.conversation_id == conversation_id, Handover.state.in_(RUNNING))
    with store.write() as session:
        if session.scalar(running):
            return False
        session.add(Handover(conversation_id=conversation_id, reason=reason, contact=contact))
        return True


def standing(store: Store, conversation_id: str) -> Standing | None:
    """The newest hand-over of a conversation, closed ones too."""
    newest = select(Handover, User.name).outerjoin(User, User.id == Handover.by).where(Handover.conversation_id == conversation_id)
    with store.read() as session:
        found = session.execute(newest.order_by(Handover.id.desc()).limit(1)).first()
        return Standing(*found) if found else None


def is_taken(store: Store, conversation_id: str) -> bool:
    """Whether a person is answering, so that the bot keeps silent."""
    found = standing(store, conversation_id)
    return found is not None and found.handover.state == "taken"


def take(store: Store, handover_id: int, user_id: int) -> bool:
    """Take an open hand-over; False when somebody else was first."""
    return _move(store, handover_id, ("open",), state="taken", by=user_id, taken_at=now())


def close(store: Store, handover_id: int) -> bool:
    """Give the conversation back to the bot; False when it was given back before."""
    return _move(store, handover_id, RUNNING, state="closed", closed_at=now())


def _move(store: Store, handover_id: int, states: tuple[str, ...], **fields: Any) -> bool:
    moved = update(Handover).where(Handover.id == handover_id, Handover.state.in_(states)).values(**fields)
    with store.write() as session:
        return session.execute(moved).rowcount == 1
