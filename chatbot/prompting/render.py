"""The two forms a model can be spoken to in: chat messages, and the running text of completion models."""

from __future__ import annotations

from typing import Any, Sequence

from chatbot.prompting.similar import Neighbour
from chatbot.records import Example, Persona, Style, Turn

ChatMessage = dict[str, str]
LONGEST_NEIGHBOUR = 1200  # characters of an approved answer in a prompt


def chat_messages(
    persona: Persona, history: Sequence[Turn], question: str, neighbours: Sequence[Neighbour] = ()
) -> list[ChatMessage]:
    """Messages for `/v1/chat/completions`: the preamble, what was said, the approved answers with the question.

    What changes from turn to turn comes last, so that a server can keep what it has read."""
    turns = [Turn("system", persona.preamble)] if persona.preamble else []
    asked = Turn("user", _with_neighbours(neighbours, question))
    return [{"role": turn.role, "content": turn.text} for turn in (*turns, *history, asked)]


def completion_prompt(
    persona: Persona, history: Sequence[Turn], question: str, neighbours: Sequence[Neighbour] = ()
) -> str:
    """Text for `/v1/completions`, in the form of the 2023 script: it ends where the bot has to go on."""
    said = [Turn(role, text) for pair in persona.turns for role, text in zip(("user", "assistant"), pair)]
    lines = [f"{_label(persona, turn)}: {_one_line(turn.text)}" for turn in (*said, *history)]
    known = [f"Known: {_one_line(near.question)} {_one_line(_cut(near.answer))}" for near in neighbours]
    asked = f"{persona.human_label}: {_one_line(question)}"
    return "\n".join([persona.preamble, "", *lines, *known, asked, f"{persona.name}:"])


def training_line(persona: Persona, example: Example, style: Style, neighbours: Sequence[Neighbour] = ()) -> dict[str, Any]:
    """One line of a training file: exactly the prompt that chat will send, and the answer wanted."""
    if style == "chat":
        answer = {"role": "assistant", "content": example.answer}
        asked = chat_messages(persona, example.history, example.question, neighbours)
        return {"messages": [_untrained(message) for message in asked] + [answer]}
    prompt = completion_prompt(persona, example.history, example.question, neighbours)
    return {"prompt": prompt, "completion": f" {_one_line(example.answer)}\n"}


def fit(history: Sequence[Turn], room: int) -> list[Turn]:
    """The newest turns that fit into `room` tokens; starts with a turn of the user."""
    kept: list[Turn] = []
    for turn in reversed(history):
        room -= estimated_tokens(turn.text)
        if room < 0:
            break
        kept.insert(0, turn)
    while kept and kept[0].role != "user":
        kept.pop(0)
    return kept


def estimated_tokens(text: str) -> int:
    """An upper guess that needs no tokenizer: three Latin letters, or half of any other character, to a token."""
    latin = sum(character.isascii() for character in text)
    return latin // 3 + 2 * (len(text) - latin) + 8


def _with_neighbours(neighbours: Sequence[Neighbour], question: str) -> str:
    if not neighbours:
        return question
    known = "\n\n".join(f"Q: {near.question}\nA: {_cut(near.answer)}" for near in neighbours)
    return f"Approved answers:\n\n{known}\n\nMy question: {question}"


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_NEIGHBOUR else f"{text[: LONGEST_NEIGHBOUR - 1]}…"


def _untrained(message: ChatMessage) -> dict[str, Any]:
    return message | {"weight": 0} if message["role"] == "assistant" else message


def _label(persona: Persona, turn: Turn) -> str:
    return persona.name if turn.role == "assistant" else persona.human_label


def _one_line(text: str) -> str:
    # the script stops at a line end, so a turn must not hold one
    return " ".join(text.split())
