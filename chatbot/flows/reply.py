"""The story of an answer: what was said + persona → prompt → words as they come, stored whatever happens."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any, Iterator, Sequence

from chatbot.flows.asking import answer, live_model, prompt_for, send
from chatbot.records import HomegrownError, Message, Piece, Turn
from chatbot.store import conversations

SAVE_EVERY = 1.0  # seconds between saves of a growing answer


@dataclass(frozen=True)
class ReplyEvent:
    """What the page is told: `start`, `delta`, `done` or `error`, each with its values."""

    type: str
    data: dict[str, Any] = field(default_factory=dict)


def reply(house: Any, conversation_id: str, text: str, after: int | None = None) -> Iterator[ReplyEvent]:
    """Store the message, stream the answer, keep every part of it.

    `after` is the message it replies to (default: the newest; 0: it begins a branch of its own).
    Closing the iterator is Stop: the part so far is kept and marked as stopped."""
    history = conversations.path(house.store, conversation_id, after)
    parent = history[-1].id if history else None
    asked = conversations.add_message(house.store, conversation_id, "user", text, parent_id=parent)
    yield from _answer_to(house, asked, history)


def reply_again(house: Any, conversation_id: str, question: int) -> Iterator[ReplyEvent]:
    """Stream one more answer to the message `question`; the earlier ones stay."""
    *history, asked = conversations.path(house.store, conversation_id, question)
    yield from _answer_to(house, asked, history)


def go_on(house: Any, conversation_id: str, answer: int) -> Iterator[ReplyEvent]:
    """Stream the rest of an answer that was cut, by the model that began it; what it says already stays.

    Raises HomegrownError when it is not cut, or is being written already."""
    if not conversations.reopen(house.store, answer):
        raise HomegrownError("This answer is not cut off, or it is being written just now. Reload the page.")
    *history, asked, told = conversations.path(house.store, conversation_id, answer)
    start = ReplyEvent("start", {"user_message": asked.id, "message": told.id, "model": told.model})
    prompt = prompt_for(house, asked.content, told.model, _turns(history), told.content)
    yield from _stream(house, told.id, start, send(house, prompt), told.content)


def _turns(said: Sequence[Any]) -> list[Turn]:
    """What was said, as the model reads it: a person of the staff spoke for the bot."""
    return [Turn("user" if each.role == "user" else "assistant", each.content) for each in said if each.content]


def _answer_to(house: Any, asked: Any, history: Sequence[Any]) -> Iterator[ReplyEvent]:
    model = live_model(house)
    told = conversations.add_message(
        house.store, asked.conversation_id, "assistant", "", status="streaming", model=model, parent_id=asked.id
    )
    start = ReplyEvent("start", {"user_message": asked.id, "message": told.id, "model": model})
    yield from _stream(house, told.id, start, answer(house, asked.content, model, _turns(history)))


def _stream(house: Any, message_id: int, start: ReplyEvent, pieces: Iterator[Piece], begun: str = "") -> Iterator[ReplyEvent]:
    draft = _Draft(house.store, message_id, begun)
    try:
        yield start
        for piece in pieces:
            draft.add(piece)
            if piece.text:
                yield ReplyEvent("delta", {"text": piece.text, "replaces": piece.replaces})
    except GeneratorExit:
        draft.close("stopped")
        raise
    except HomegrownError as error:
        draft.close("interrupted" if draft.text else "failed")
        yield ReplyEvent("error", {"message": error.message, "status": draft.status})
    except BaseException:
        draft.close("interrupted")
        raise
    else:
        draft.close("complete" if draft.finish_reason else "interrupted")
        if draft.unsaved:
            yield ReplyEvent("error", {"message": draft.unsaved, "status": draft.status})
        else:
            yield ReplyEvent("done", {"status": draft.status, "finish_reason": draft.finish_reason, "sources": draft.sources})
    finally:
        pieces.close()  # type: ignore[attr-defined]


class _Draft:
    """A growing answer in the database. `unsaved` is why the last save failed: a full disk does not stop an answer."""

    def __init__(self, store: Any, message_id: int, begun: str):
        self.text = begun
        self.status = "streaming"
        self.finish_reason: str | None = None
        self.sources: list[dict[str, Any]] = []
        self.unsaved: Message | None = None
        self._store = store
        self._id = message_id
        self._saved_at = time.monotonic()

    def add(self, piece: Piece) -> None:
        self.text = piece.text if piece.replaces else self.text + piece.text
        self.sources = piece.sources or self.sources
        self.finish_reason = piece.finish_reason or self.finish_reason
        if time.monotonic() - self._saved_at > SAVE_EVERY:
            self._save()

    def close(self, status: str) -> None:
        self.status = status
        self._save()

    def _save(self) -> None:
        fields = {"content": self.text, "status": self.status, "finish_reason": self.finish_reason, "sources": self.sources or None}
        try:
            conversations.update_message(self._store, self._id, **fields)
            self.unsaved = None
        except HomegrownError as error:
            self.unsaved = error.message
        self._saved_at = time.monotonic()
