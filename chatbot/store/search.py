"""Finding conversations by what was said in them. Letters count in any script; upper and lower case are the same."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from chatbot.store.conversations import MOST_LISTED, Owner, listed
from chatbot.store.database import Store
from chatbot.store.tables import Conversation, Message

BEFORE, AFTER = 24, 80  # characters shown around what was found


@dataclass(frozen=True)
class Found:
    """A conversation, and the newest message in it that says what was looked for (none: only the title does)."""

    conversation: Conversation
    message_id: int | None
    excerpt: str


def find(store: Store, owner: Owner, query: str) -> list[Found]:
    """The owner's conversations whose title or messages contain `query`, archived ones too, last used first."""
    said = (
        select(Message.conversation_id, func.max(Message.id).label("message_id"))
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(listed(owner), Message.content.icontains(query, autoescape=True))
        .group_by(Message.conversation_id)
        .subquery()
    )
    found = (
        select(Conversation, Message.id, Message.content)
        .outerjoin(said, said.c.conversation_id == Conversation.id)
        .outerjoin(Message, Message.id == said.c.message_id)
        .where(listed(owner), Conversation.title.icontains(query, autoescape=True) | said.c.message_id.is_not(None))
        .order_by(Conversation.updated_at.desc(), Conversation.id)
        .limit(MOST_LISTED)
    )
    with store.read() as session:
        return [Found(talk, message_id, excerpt(content or "", query)) for talk, message_id, content in session.execute(found)]


def excerpt(text: str, query: str) -> str:
    """What stands around `query` in `text`, on one line."""
    place = max(0, text.lower().find(query.lower()))
    begin, end = max(0, place - BEFORE), place + len(query) + AFTER
    cut = " ".join(text[begin:end].split())
    return f"{'…' if begin else ''}{cut}{'…' if end < len(text) else ''}"
