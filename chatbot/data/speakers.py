"""Two sides taking turns in one column: who is who, and which rows answer which."""

from __future__ import annotations

import re
from typing import Sequence

from chatbot.data.mapping import Speaker
from chatbot.records import Dialogue, Turn

QUESTION = re.compile(
    r"[?？]\s*$|^\s*(?:what|who|whom|whose|when|where|why|which|how|can|could|do|does|did|is|are|should|would|will|"
    r"explain|describe|define|tell me|give me)\b|什么|怎么|如何|为什么|哪|谁|多少|几|能否|是否|请问|吗\s*$|呢\s*$",
    re.IGNORECASE,
)
CLEARLY = 0.3  # how much larger one side's share of questions must be to overrule the old script's order
LOOKED_AT = 2000  # rows


def first_speaker(texts: Sequence[str]) -> Speaker:
    """Who speaks first. The bot, as in the 2023 script, unless the even rows are plainly the ones that ask:
    more of them are questions, and they are no longer than the others."""
    even, odd = texts[0:LOOKED_AT:2], texts[1:LOOKED_AT:2]
    if not odd:
        return "bot"
    asks = _share_of_questions(even) - _share_of_questions(odd) >= CLEARLY
    return "human" if asks and _mean_length(even) <= _mean_length(odd) else "bot"


def pair_up(
    texts: Sequence[str], sources: Sequence[str], first: Speaker
) -> tuple[str, list[Dialogue], list[int], int | None]:
    """Pair every human row with the bot row after it.

    Returns the greeting (a bot row before the first human row), the dialogues, the indices of human rows whose pair
    has an empty side, and the index of a last human row that nobody answered."""
    start = 1 if first == "bot" else 0
    greeting = texts[0].strip() if start and texts else ""
    dialogues, empty = [], []
    for index in range(start, len(texts) - 1, 2):
        question, answer = texts[index].strip(), texts[index + 1].strip()
        if question and answer:
            dialogues.append(Dialogue((Turn("user", question), Turn("assistant", answer)), sources[index]))
        else:
            empty.append(index)
    unanswered = len(texts) - 1 if (len(texts) - start) % 2 else None
    return greeting, dialogues, empty, unanswered


def _share_of_questions(texts: Sequence[str]) -> float:
    return sum(bool(QUESTION.search(text)) for text in texts) / len(texts)


def _mean_length(texts: Sequence[str]) -> float:
    return sum(map(len, texts)) / len(texts)
