"""The persona editor's form, read into a `Persona` with a sentence for each field that is wrong, and back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Mapping

from chatbot.records import Message, Persona, Sampling

TURNS = 20
STOPS = 4  # the API takes no more
STOP_LENGTH = 64
STYLES = ("chat", "completion")
# name: least, most, step
NUMBERS = {
    "temperature": (0.0, 2.0, 0.1),
    "top_p": (0.0, 1.0, 0.05),
    "max_tokens": (1, 4000, 1),
    "presence_penalty": (-2.0, 2.0, 0.1),
    "frequency_penalty": (-2.0, 2.0, 0.1),
}
TEXTS = {"name": 60, "human_label": 60, "greeting": 500, "preamble": 8000}
NEEDED = ("name", "human_label")


@dataclass(frozen=True)
class PersonaForm:
    """What was read. `persona` is complete only when there are no `errors` (field name → sentence)."""

    persona: Persona
    errors: dict[str, Message]


def read(form: Mapping[str, str], turns: list[tuple[str, str]], before: Persona) -> PersonaForm:
    """`form`: the fields as sent; `turns`: pairs of what the human and the bot say. What is missing stays as `before`."""
    errors: dict[str, Message] = {}
    texts = {name: _text(name, form.get(name, getattr(before, name)), errors) for name in TEXTS}
    kept = tuple((human.strip(), bot.strip()) for human, bot in turns if human.strip() or bot.strip())
    if any(not human or not bot for human, bot in kept):
        errors["turns"] = Message("Each example needs both sides: what the person says and what the bot answers.")
    if len(kept) > TURNS:
        errors["turns"] = Message("At most %(n)s example turns fit.", n=TURNS)
    sampling = {f"{style}_sampling": _sampling(style, form, getattr(before, f"{style}_sampling"), errors) for style in STYLES}
    return PersonaForm(replace(before, turns=kept, **texts, **sampling), errors)


def stop_lines(stops: tuple[str, ...]) -> str:
    """Stop strings for the editor: one a line, a line break written as \\n."""
    return "\n".join(stop.replace("\\", "\\\\").replace("\n", "\\n") for stop in stops)


def _text(name: str, value: str, errors: dict[str, Message]) -> str:
    value = value.replace("\r\n", "\n").strip()
    if name in NEEDED and not value:
        errors[name] = Message("This cannot be empty.")
    if len(value) > TEXTS[name]:
        errors[name] = Message("At most %(n)s characters fit here.", n=TEXTS[name])
    return value


def _sampling(style: str, form: Mapping[str, str], before: Sampling, errors: dict[str, Message]) -> Sampling:
    numbers = {name: _number(f"{style}_{name}", name, form, getattr(before, name), errors) for name in NUMBERS}
    stop = _stops(f"{style}_stop", form[f"{style}_stop"], errors) if f"{style}_stop" in form else before.stop
    return Sampling(**numbers, stop=stop)


def _number(field: str, name: str, form: Mapping[str, str], before: float, errors: dict[str, Message]) -> float:
    least, most, _ = NUMBERS[name]
    kind = int if name == "max_tokens" else float
    try:
        value = kind(form.get(field, before))
    except ValueError:
        value = None
    if value is None or not least <= value <= most:
        errors[field] = Message("Enter a number from %(least)s to %(most)s.", least=least, most=most)
        return before
    return value


def _stops(field: str, text: str, errors: dict[str, Message]) -> tuple[str, ...]:
    lines = [line for line in text.replace("\r\n", "\n").split("\n") if line]
    if len(lines) > STOPS or any(len(line) > STOP_LENGTH for line in lines):
        errors[field] = Message("At most %(n)s stop strings of up to %(length)s characters.", n=STOPS, length=STOP_LENGTH)
    return tuple(line.replace("\\\\", "\0").replace("\\n", "\n").replace("\0", "\\") for line in lines[:STOPS])
