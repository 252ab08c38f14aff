"""Conversations and their messages. Only the owner (a visitor's token hash or an account) finds a conversation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update

from chatbot.store.database import Store
from chatbot.store.tables import Conversation, Message, now


@dataclass(frozen=True)
class Owner:
    """Who a conversation belongs to: an account when signed in, else the holder of the visitor cookie."""

    user_id: int | None = None
    visitor_hash: str | None = None


def create(store: Store, owner: Owner, title: str = "") -> Conversation:
    with store.write() as session:
        conversation = Conversation(user_id=owner.user_id, visitor_hash=owner.visitor_hash, title=title[:200])
        session.add(conversation)
        session.flush()
        return conversation


def get_owned(store: Store, conversation_id: str, owner: Owner) -> Conversation | None:
    """The conversation if it is this owner's and not deleted, else None: a stranger cannot tell it exists."""
    with store.read() as session:
        return session.scalar(select(Conversation).where(Conversation.id == conversation_id, *_owned(owner)))


def every(store: Store, owner: Owner, limit: int = 200) -> list[Conversation]:
    """The owner's conversations, last used first."""
    with store.read() as session:
        query = select(Conversation).where(*_owned(owner)).order_by(Conversation.updated_at.desc(), Conversation.id)
        return list(session.scalars(query.limit(limit)))


def rename(store: Store, conversation_id: str, title: str) -> None:
    with store.write() as session:
        session.get_one(Conversation, conversation_id).title = title[:200]


def delete(store: Store, conversation_id: str) -> None:
    with store.write() as session:
        session.get_one(Conversation, conversation_id).deleted_at = now()


def messages(store: Store, conversation_id: str) -> list[Message]:
    """Every message, oldest first."""
    with store.read() as session:
        return list(session.scalars(select(Message).where(Message.conversation_id == conversation_id).order_by(Message.id)))


def add_message(store: Store, conversation_id: str, role: str, content: str, status: str = "complete", **fields: Any) -> Message:
    """Add a message (`fields`: parent_id, model, finish_reason) and bring its conversation to the top."""
    with store.write() as session:
        message = Message(conversation_id=conversation_id, role=role, content=content, status=status, **fields)
        session.add(message)
        session.get_one(Conversation, conversation_id).updated_at = now()
        session.flush()
        return message


def update_message(store: Store, message_id: int, **fields: Any) -> None:
    """Change content, status, model or finish_reason of a message."""
    with store.write() as session:
        session.execute(update(Message).where(Message.id == message_id).values(updated_at=now(), **fields))


def mark_interrupted(store: Store) -> int:
    """Answers that were still being written when the site died are incomplete: say so. Returns how many."""
    with store.write() as session:
        broken = update(Message).where(Message.status == "streaming").values(status="interrupted", updated_at=now())
        return session.execute(broken).rowcount


def _owned(owner: Owner):
    if owner.user_id is not None:
        mine = Conversation.user_id == owner.user_id
    else:
        mine = (Conversation.visitor_hash == (owner.visitor_hash or "")) & Conversation.user_id.is_(None)
    return mine, Conversation.deleted_at.is_(None)
