"""Links by which others can read a conversation as it was when the link was made or renewed."""

from __future__ import annotations

import secrets

from sqlalchemy import select

from chatbot.store.database import Store
from chatbot.store.tables import Conversation


def share(store: Store, conversation_id: str, until: int) -> str:
    """Let the link show the branch up to the message `until`; returns its token, the same one each time."""
    with store.write() as session:
        conversation = session.get_one(Conversation, conversation_id)
        conversation.share_token = conversation.share_token or secrets.token_urlsafe(32)
        conversation.share_until = until
        return conversation.share_token


def withdraw(store: Store, conversation_id: str) -> None:
    """The link leads nowhere from now on; the next one will be another."""
    with store.write() as session:
        conversation = session.get_one(Conversation, conversation_id)
        conversation.share_token = conversation.share_until = None


def shared(store: Store, token: str) -> Conversation | None:
    """The conversation that a link shows, if it was not withdrawn or deleted."""
    found = select(Conversation).where(Conversation.share_token == token, Conversation.deleted_at.is_(None))
    with store.read() as session:
        return session.scalar(found)
