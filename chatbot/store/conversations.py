"""Conversations and the tree of messages in each. Only the owner (an account or a visitor's token hash) finds one.

A message's parent is what it replies to: an edited question or a second answer is a sibling of the first.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Sequence

from sqlalchemy import ColumnElement, Select
from sqlalchemy import delete as sql_delete
from sqlalchemy import select, update

from chatbot.store.database import Store
from chatbot.store.tables import Conversation, Message, User, now

TITLE_LENGTH = 60
MOST_LISTED = 100
UNDO_TIME = timedelta(hours=1)  # a deleted conversation can be brought back this long
SILENT = timedelta(seconds=60)  # an answer nobody has written to for so long has lost its writer


@dataclass(frozen=True)
class Owner:
    """Who a conversation belongs to: an account when signed in, else the holder of the visitor cookie."""

    user_id: int | None = None
    visitor_hash: str | None = None


def create(store: Store, owner: Owner) -> Conversation:
    conversation = Conversation(user_id=owner.user_id, visitor_hash=owner.visitor_hash)
    with store.write() as session:
        session.add(conversation)
        session.flush()
        return conversation


def get_owned(store: Store, conversation_id: str, owner: Owner) -> Conversation | None:
    """The conversation if it is this owner's and not deleted, else None: a stranger cannot tell it exists."""
    mine = (Conversation.id == conversation_id, owned(owner), Conversation.deleted_at.is_(None))
    with store.read() as session:
        return session.scalar(select(Conversation).where(*mine))


def every(store: Store, owner: Owner, archived: bool = False, skip: int = 0) -> Sequence[Conversation]:
    """The owner's conversations that have begun, or those put into the archive: pinned ones and the last used first.

    At most `MOST_LISTED` after the first `skip`."""
    put_away = Conversation.archived_at.is_not(None) if archived else Conversation.archived_at.is_(None)
    order = (Conversation.pinned_at.is_(None), Conversation.updated_at.desc(), Conversation.id)
    with store.read() as session:
        found = select(Conversation).where(listed(owner), put_away).order_by(*order)
        return session.scalars(found.offset(skip).limit(MOST_LISTED)).all()


def change(store: Store, conversation_id: str, **fields: Any) -> None:
    """Set title, pinned_at or archived_at."""
    with store.write() as session:
        session.execute(update(Conversation).where(Conversation.id == conversation_id).values(**fields))


def delete(store: Store, conversation_id: str) -> None:
    """Hide the conversation; it is erased with the first deletion after `UNDO_TIME`."""
    with store.write() as session:
        session.get_one(Conversation, conversation_id).deleted_at = now()
        session.execute(sql_delete(Conversation).where(Conversation.deleted_at < now() - UNDO_TIME))


def restore(store: Store, conversation_id: str, owner: Owner) -> bool:
    """Bring a deleted conversation of this owner back; False when there is none."""
    mine = update(Conversation).where(Conversation.id == conversation_id, owned(owner))
    with store.write() as session:
        return session.execute(mine.values(deleted_at=None)).rowcount == 1


def messages(store: Store, conversation_id: str) -> Sequence[Message]:
    """Every message, all branches, oldest first. An answer whose process died shows as interrupted."""
    with store.read() as session:
        found = session.scalars(_of(conversation_id)).all()
    if not any(message.status == "streaming" and message.updated_at < now() - SILENT for message in found):
        return found
    _mark_interrupted(store, conversation_id)
    with store.read() as session:
        return session.scalars(_of(conversation_id)).all()


def some(store: Store, conversation_id: str, ids: Sequence[int]) -> Sequence[Message]:
    """Those of these messages that are in the conversation."""
    with store.read() as session:
        return session.scalars(_of(conversation_id).where(Message.id.in_(ids))).all()


def newer(store: Store, conversation_id: str, than: int) -> Sequence[Message]:
    """What was said since the message `than`."""
    with store.read() as session:
        return session.scalars(_of(conversation_id).where(Message.id > than)).all()


def path(store: Store, conversation_id: str, last_id: int | None = None) -> list[Message]:
    """The branch that leads from the first message to `last_id` (default: to the newest; 0: the empty branch)."""
    by_id = {message.id: message for message in messages(store, conversation_id)}
    step = by_id.get(max(by_id, default=0) if last_id is None else last_id)
    branch = []
    while step:
        branch.append(step)
        step = by_id.get(step.parent_id or 0)
    return branch[::-1]


def author_names(store: Store, said: Sequence[Message]) -> dict[int, str]:
    """Account id → name, for those of the staff who wrote a message."""
    ids = {message.author_id for message in said if message.author_id}
    if not ids:
        return {}
    with store.read() as session:
        return {user_id: name for user_id, name in session.execute(select(User.id, User.name).where(User.id.in_(ids)))}


def add_message(store: Store, conversation_id: str, role: str, content: str, status: str = "complete", **fields: Any) -> Message:
    """Add a message (`fields`: parent_id, model, finish_reason) and bring its conversation to the top.

    The first words said become the conversation's title."""
    with store.write() as session:
        message = Message(conversation_id=conversation_id, role=role, content=content, status=status, **fields)
        session.add(message)
        conversation = session.get_one(Conversation, conversation_id)
        conversation.title = conversation.title or shorten(content)
        conversation.updated_at = now()
        session.flush()
        return message


def update_message(store: Store, message_id: int, **fields: Any) -> None:
    """Change content, status, model or finish_reason of a message."""
    with store.write() as session:
        session.execute(update(Message).where(Message.id == message_id).values(updated_at=now(), **fields))


def reopen(store: Store, message_id: int) -> bool:
    """Let an answer that was cut be written on; False when it is whole, empty, or being written already."""
    cut = Message.status.in_(("stopped", "interrupted")) | (Message.finish_reason == "length")
    answer = (Message.id == message_id, Message.role == "assistant", Message.content != "", Message.status != "streaming", cut)
    with store.write() as session:
        opened = update(Message).where(*answer).values(status="streaming", finish_reason=None, updated_at=now())
        return session.execute(opened).rowcount == 1


def shorten(text: str) -> str:
    """A title: the text on one line, cut at a word."""
    line = " ".join(text.split())
    if len(line) <= TITLE_LENGTH:
        return line
    return line[: TITLE_LENGTH - 1].rsplit(" ", 1)[0] + "…"


def _mark_interrupted(store: Store, conversation_id: str) -> None:
    """Answers that nobody writes any more keep their words and say that they are incomplete."""
    lost = update(Message).where(Message.conversation_id == conversation_id, Message.status == "streaming")
    with store.write() as session:
        session.execute(lost.where(Message.updated_at < now() - SILENT).values(status="interrupted"))


def _of(conversation_id: str) -> Select[tuple[Message]]:
    return select(Message).where(Message.conversation_id == conversation_id).order_by(Message.id)


def listed(owner: Owner) -> ColumnElement[bool]:
    """The condition of being this owner's, begun and not deleted."""
    return owned(owner) & Conversation.deleted_at.is_(None) & (Conversation.title != "")


def owned(owner: Owner) -> ColumnElement[bool]:
    if owner.user_id is not None:
        return Conversation.user_id == owner.user_id
    return (Conversation.visitor_hash == (owner.visitor_hash or "")) & Conversation.user_id.is_(None)
