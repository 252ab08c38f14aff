"""The story of an answer: what was said + persona → prompt → words as they come, stored whatever happens."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any, Iterator, Sequence

from chatbot.client import BackendError
from chatbot.flows.finetune import settle
from chatbot.flows.persona import current_persona
from chatbot.prompting import chat_messages, completion_prompt, estimated_tokens, fit
from chatbot.records import HomegrownError, Message, Persona, Piece, Sampling, Style, Turn
from chatbot.store import conversations, models

SAVE_EVERY = 1.0  # seconds between saves of a growing answer


@dataclass(frozen=True)
class ReplyEvent:
    """What the page is told: `start`, `delta`, `done` or `error`, each with its values."""

    type: str
    data: dict[str, Any] = field(default_factory=dict)


def live_model(house: Any) -> str:
    """The model that is live, or the base model before any was put live."""
    live = models.live(house.store)
    return live.model if live else house.settings.default_model


def style_of(house: Any, model: str) -> Style:
    """How a model wants to be spoken to: as it was trained, else as its name tells."""
    run = models.run_of_model(house.store, model)
    if run is None and model.startswith("ft:"):
        settle(house)
        run = models.run_of_model(house.store, model)
    if run:
        return run.style
    old_school = ("davinci", "babbage", "gpt-3.5-turbo-instruct")
    return "completions" if any(name in model for name in old_school) else "chat"


@dataclass(frozen=True)
class Prompt:
    """What a model is sent: chat messages, or for a completion model one text."""

    model: str
    content: list[dict[str, str]] | str
    sampling: Sampling
    begun: str = ""  # an answer that it ends in: the model goes on with it


def prompt_for(house: Any, text: str, model: str | None = None, history: Sequence[Turn] = (), begun: str = "") -> Prompt:
    """Persona, history and question in the form the model was trained on; `model` None is the live one.

    `begun` is an answer that was cut: the model goes on with it."""
    model = model or live_model(house)
    persona = current_persona(house)
    chat = style_of(house, model) == "chat"
    sampling = persona.chat_sampling if chat else persona.completion_sampling
    build = chat_messages if chat else completion_prompt
    content = build(persona, _fitting(house, persona, history, text + begun, sampling.max_tokens), text)
    return Prompt(model, _going_on(content, begun) if begun else content, sampling, begun)


def _going_on(content: Any, begun: str) -> Any:
    return f"{content} {begun}" if isinstance(content, str) else [*content, {"role": "assistant", "content": begun}]


def send(house: Any, prompt: Prompt) -> Iterator[Piece]:
    """Stream what the model answers. Closing the iterator stops the generation. Raises BackendError."""
    if isinstance(prompt.content, str):
        pieces = house.client.complete(prompt.model, prompt.content, prompt.sampling)
        yield from pieces if prompt.begun else _trimmed(pieces)
    else:
        yield from house.client.chat(prompt.model, prompt.content, prompt.sampling)


def answer(house: Any, text: str, model: str | None = None, history: Sequence[Turn] = ()) -> Iterator[Piece]:
    """Stream the answer to `text`, as `send` does."""
    yield from send(house, prompt_for(house, text, model, history))


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
                yield ReplyEvent("delta", {"text": piece.text})
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
            yield ReplyEvent("done", {"status": draft.status, "finish_reason": draft.finish_reason})
    finally:
        pieces.close()  # type: ignore[attr-defined]


class _Draft:
    """A growing answer in the database. `unsaved` is why the last save failed: a full disk does not stop an answer."""

    def __init__(self, store: Any, message_id: int, begun: str):
        self.text = begun
        self.status = "streaming"
        self.finish_reason: str | None = None
        self.unsaved: Message | None = None
        self._store = store
        self._id = message_id
        self._saved_at = time.monotonic()

    def add(self, piece: Piece) -> None:
        self.text += piece.text
        self.finish_reason = piece.finish_reason or self.finish_reason
        if time.monotonic() - self._saved_at > SAVE_EVERY:
            self._save()

    def close(self, status: str) -> None:
        self.status = status
        self._save()

    def _save(self) -> None:
        fields = {"content": self.text, "status": self.status, "finish_reason": self.finish_reason}
        try:
            conversations.update_message(self._store, self._id, **fields)
            self.unsaved = None
        except HomegrownError as error:
            self.unsaved = error.message
        self._saved_at = time.monotonic()


def _fitting(house: Any, persona: Persona, history: Sequence[Turn], text: str, answer_room: int) -> list[Turn]:
    fixed = estimated_tokens(persona.preamble) + sum(estimated_tokens(h + b) for h, b in persona.turns)
    return fit(history, house.settings.context - answer_room - fixed - estimated_tokens(text))


def _trimmed(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """A completion begins with the blank after `DSA:`; the answer does not."""
    begun = False
    with closing(pieces):  # type: ignore[type-var]
        for piece in pieces:
            text = piece.text if begun else piece.text.lstrip()
            begun = begun or bool(text)
            yield Piece(text, piece.finish_reason)
