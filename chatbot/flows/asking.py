"""The story of a question: persona, history and approved answers → prompt → words as they come."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any, Iterator, Sequence

from chatbot.flows.approved import index_of
from chatbot.flows.finetune import run_of
from chatbot.flows.guard import Grounds, guarded
from chatbot.flows.persona import current_persona
from chatbot.flows.similar import find
from chatbot.prompting import chat_messages, completion_prompt, estimated_tokens, fit
from chatbot.prompting.similar import Index
from chatbot.records import Persona, Piece, Sampling, Style, Turn
from chatbot.store import models


def live_model(house: Any) -> str:
    """The model that is live, or the base model before any was put live."""
    live = models.live(house.store)
    return live.model if live else house.settings.default_model


def style_of(house: Any, model: str) -> Style:
    """How a model wants to be spoken to: as it was trained, else as its name tells."""
    run = run_of(house, model)
    if run:
        return run.style
    old_school = ("davinci", "babbage", "gpt-3.5-turbo-instruct")
    return "completions" if any(name in model for name in old_school) else "chat"


@dataclass(frozen=True)
class Prompt:
    """What a model is sent: chat messages, or for a completion model one text. `begun` is an answer that it goes on
    with; `grounds` are what its answer has to stand on, if it has approved answers."""

    model: str
    content: list[dict[str, str]] | str
    sampling: Sampling
    begun: str = ""
    grounds: Grounds | None = None


def prompt_for(house: Any, text: str, model: str | None = None, history: Sequence[Turn] = (), begun: str = "") -> Prompt:
    """Persona, history, approved answers and question in the form the model was trained on; `model` None is the live one.

    `begun` is an answer that was cut: the model goes on with it."""
    model = model or live_model(house)
    style = style_of(house, model)  # first, as it may learn of a training that has just ended
    return prompt_with(house, index_of(house, model), style, text, model, history, begun)


def prompt_with(
    house: Any, index: Index | None, style: Style, text: str, model: str, history: Sequence[Turn] = (), begun: str = ""
) -> Prompt:
    """The same with the approved answers of `index`, or without any."""
    persona = current_persona(house)
    sampling = persona.chat_sampling if style == "chat" else persona.completion_sampling
    found = find(house, index, text, history) if index else None
    near = found.neighbours if found else ()
    fixed = [text, begun, *(each.question + each.answer for each in near)]
    build = chat_messages if style == "chat" else completion_prompt
    content = build(persona, _fitting(house, persona, history, fixed, sampling.max_tokens), text, near)
    grounds = Grounds(text, found, persona, tuple(history)) if found else None
    return Prompt(model, _going_on(content, begun) if begun else content, sampling, begun, grounds)


def send(house: Any, prompt: Prompt) -> Iterator[Piece]:
    """Stream the answer, checked if there is something to check it against; the first piece carries its sources.

    Closing the iterator stops the generation. Raises BackendError."""
    grounds = prompt.grounds
    if grounds is None:
        yield from _asked(house, prompt)
        return
    yield Piece("", sources=grounds.sources)
    if grounds.fixed and not prompt.begun:
        yield Piece(grounds.fixed, "stop")
        return
    grounds = replace(grounds, retry=prompt.sampling.temperature > 0)
    yield from guarded(grounds, lambda temperature: _asked(house, _at(prompt, temperature)), prompt.begun)


def answer(house: Any, text: str, model: str | None = None, history: Sequence[Turn] = ()) -> Iterator[Piece]:
    """Stream the answer to `text`, as `send` does."""
    yield from send(house, prompt_for(house, text, model, history))


def _asked(house: Any, prompt: Prompt) -> Iterator[Piece]:
    """What the model itself says."""
    if isinstance(prompt.content, str):
        pieces = house.client.complete(prompt.model, prompt.content, prompt.sampling)
        yield from pieces if prompt.begun else _trimmed(pieces)
    else:
        yield from house.client.chat(prompt.model, prompt.content, prompt.sampling)


def _at(prompt: Prompt, temperature: float | None) -> Prompt:
    return prompt if temperature is None else replace(prompt, sampling=replace(prompt.sampling, temperature=temperature))


def _going_on(content: Any, begun: str) -> Any:
    return f"{content} {begun}" if isinstance(content, str) else [*content, {"role": "assistant", "content": begun}]


def _fitting(house: Any, persona: Persona, history: Sequence[Turn], others: Sequence[str], answer_room: int) -> list[Turn]:
    fixed = [persona.preamble, *(human + bot for human, bot in persona.turns), *others]
    return fit(history, house.settings.context - answer_room - sum(map(estimated_tokens, fixed)))


def _trimmed(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """A completion begins with the blank after `DSA:`; the answer does not."""
    begun = False
    with closing(pieces):  # type: ignore[type-var]
        for piece in pieces:
            text = piece.text if begun else piece.text.lstrip()
            begun = begun or bool(text)
            yield Piece(text, piece.finish_reason)
