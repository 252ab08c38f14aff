"""The two forms a model can be spoken to in: chat messages, and the running text of completion models."""

from __future__ import annotations

from typing import Any, Sequence

from chatbot.records import Example, Persona, Style, Turn

ChatMessage = dict[str, str]


def chat_messages(persona: Persona, history: Sequence[Turn], question: str) -> list[ChatMessage]:
    """Messages for `/v1/chat/completions`: the preamble, what was said, the question."""
    turns = [Turn("system", persona.preamble)] if persona.preamble else []
    return [{"role": turn.role, "content": turn.text} for turn in (*turns, *history, Turn("user", question))]


def completion_prompt(persona: Persona, history: Sequence[Turn], question: str) -> str:
    """Text for `/v1/completions`, in the form of the 2023 script: it ends where the bot has to go on."""
    said = [Turn(role, text) for pair in persona.turns for role, text in zip(("user", "assistant"), pair)]
    lines = [f"{_label(persona, turn)}: {_one_line(turn.text)}" for turn in (*said, *history, Turn("user", question))]
    return "\n".join([persona.preamble, "", *lines, f"{persona.name}:"])


def training_line(persona: Persona, example: Example, style: Style) -> dict[str, Any]:
    """One line of a training file: exactly the prompt that chat will send, and the answer wanted."""
    if style == "chat":
        answer = {"role": "assistant", "content": example.answer}
        asked = chat_messages(persona, example.history, example.question)
        return {"messages": [_untrained(message) for message in asked] + [answer]}
    prompt = completion_prompt(persona, example.history, example.question)
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


def _untrained(message: ChatMessage) -> dict[str, Any]:
    return message | {"weight": 0} if message["role"] == "assistant" else message


def _label(persona: Persona, turn: Turn) -> str:
    return persona.name if turn.role == "assistant" else persona.human_label


def _one_line(text: str) -> str:
    # the script stops at a line end, so a turn must not hold one
    return " ".join(text.split())
