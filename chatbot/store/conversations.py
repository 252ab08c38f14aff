"""Conversations of visitors and the tree of messages in each.

A message's parent is what it replies to: an edited question or a second answer is a sibling of the first.
Whoever holds the visitor token owns the conversation; every function that takes `visitor` finds nothing else.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Sequence

from sqlalchemy import delete as sql_delete
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from chatbot.store.database import Store
from chatbot.store.tables import Conversation, Message, now

TITLE_LENGTH = 60
UNDO_TIME = timedelta(hours=1)  # a deleted conversation can be brought back this long, then it is gone
SILENT = timedelta(seconds=30)  # an answer nobody has written to for so long has lost its writer


def owned(store: Store, visitor: str, query: str = "", limit: int = 200) -> Sequence[Conversation]:
    """The visitor's conversations with at least one message, newest first; `query` searches titles and messages."""
    found = select(Conversation).where(Conversation.visitor_hash == visitor, Conversation.deleted_at.is_(None))
    found = found.where(Conversation.title != "")
    if query:
        said = select(Message.conversation_id).where(Message.content.icontains(query, autoescape=True))
        found = found.where(Conversation.title.icontains(query, autoescape=True) | Conversation.id.in_(said))
    with store.read() as session:
        return session.scalars(found.order_by(Conversation.updated_at.desc()).limit(limit)).all()


def create(store: Store, visitor: str) -> Conversation:
    """A new, empty conversation."""
    conversation = Conversation(visitor_hash=visitor)
    with store.write() as session:
        session.add(conversation)
    return conversation


def get(store: Store, conversation_id: str, visitor: str) -> Conversation | None:
    """The conversation, or None when it does not exist, is deleted, or belongs to somebody else."""
    with store.read() as session:
        found = session.get(Conversation, conversation_id)
    return found if found and found.visitor_hash == visitor and not found.deleted_at else None


def rename(store: Store, conversation_id: str, title: str) -> None:
    _change(store, conversation_id, title=title.strip()[:TITLE_LENGTH])


def delete(store: Store, conversation_id: str) -> None:
    """Hide the conversation; it is erased with the first deletion after `UNDO_TIME`."""
    _change(store, conversation_id, deleted_at=now())
    with store.write() as session:
        session.execute(sql_delete(Conversation).where(Conversation.deleted_at < now() - UNDO_TIME))


def restore(store: Store, conversation_id: str, visitor: str) -> bool:
    """Bring a deleted conversation of this visitor back; False when there is none."""
    mine = update(Conversation).where(Conversation.id == conversation_id, Conversation.visitor_hash == visitor)
    with store.write() as session:
        return session.execute(mine.values(deleted_at=None)).rowcount == 1


def messages(store: Store, conversation_id: str) -> Sequence[Message]:
    """Every message of the conversation, all branches, in the order they were written."""
    with store.write() as session:
        _give_up_lost_answers(session, conversation_id)
        return session.scalars(_of(conversation_id)).all()


def path_to(store: Store, message_id: int) -> list[Message]:
    """The branch that leads from the first message down to this one, which is the last of the list."""
    with store.read() as session:
        last = session.get_one(Message, message_id)
        by_id = {message.id: message for message in session.scalars(_of(last.conversation_id))}
    path = [last]
    while path[-1].parent_id:
        path.append(by_id[path[-1].parent_id])
    return path[::-1]


def say(store: Store, conversation_id: str, text: str, parent_id: int | None = None) -> Message:
    """Store what the visitor said. The first words of a conversation become its title."""
    message = Message(conversation_id=conversation_id, parent_id=parent_id, role="user", content=text, status="complete")
    with store.write() as session:
        conversation = session.get_one(Conversation, conversation_id)
        conversation.title = conversation.title or shorten(text)
        conversation.updated_at = now()
        session.add(message)
    return message


def begin_answer(store: Store, question: Message, model: str) -> Message:
    """Store an empty answer to `question`, in status `streaming`, before the model is called."""
    answer = Message(
        conversation_id=question.conversation_id, parent_id=question.id, role="assistant", status="streaming", model=model
    )
    with store.write() as session:
        session.add(answer)
    return answer


def save_answer(store: Store, message_id: int, content: str, status: str, finish_reason: str | None = None) -> None:
    """Store the answer so far. status: streaming, or how it ended (complete, stopped, interrupted, failed)."""
    change = update(Message).where(Message.id == message_id)
    with store.write() as session:
        session.execute(change.values(content=content, status=status, finish_reason=finish_reason, updated_at=now()))


def shorten(text: str) -> str:
    """A title out of the first line of a text, cut at a word."""
    line = " ".join(text.split())
    if len(line) <= TITLE_LENGTH:
        return line
    return line[: TITLE_LENGTH - 1].rsplit(" ", 1)[0] + "…"


def _of(conversation_id: str):
    return select(Message).where(Message.conversation_id == conversation_id).order_by(Message.id)


def _change(store: Store, conversation_id: str, **values) -> None:
    with store.write() as session:
        session.execute(update(Conversation).where(Conversation.id == conversation_id).values(**values))


def _give_up_lost_answers(session: Session, conversation_id: str) -> None:
    """An answer whose process died keeps its words and says that it was interrupted."""
    lost = update(Message).where(Message.conversation_id == conversation_id, Message.status == "streaming")
    session.execute(lost.where(Message.updated_at < now() - SILENT).values(status="interrupted"))
