"""Two sides taking turns in one column: who is who, and which rows answer which."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import groupby
from typing import Sequence

from chatbot.data.mapping import Speaker
from chatbot.data.places import Place
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


@dataclass
class Paired:
    """What the bot said before anything was asked, dialogues with the indices of their questions, the indices of questions
    whose pair has an empty side, and of last ones that nobody answered."""

    greeting: str = ""
    dialogues: list[Dialogue] = field(default_factory=list)
    asked: list[int] = field(default_factory=list)
    empty: list[int] = field(default_factory=list)
    unanswered: list[int] = field(default_factory=list)


def pair_up(texts: Sequence[str], places: Sequence[Place], first: Speaker) -> Paired:
    """Pair every human row with the bot row after it; in each file the sides begin anew."""
    found = Paired()
    for _, indices in groupby(range(len(texts)), lambda index: places[index].file):
        rows = list(indices)
        if first == "bot":
            opening = texts[rows.pop(0)].strip()
            found.greeting = found.greeting or opening
        for row, next_row in zip(rows[::2], rows[1::2]):
            question, answer = texts[row].strip(), texts[next_row].strip()
            if question and answer:
                found.dialogues.append(Dialogue((Turn("user", question), Turn("assistant", answer)), str(places[row])))
                found.asked.append(row)
            else:
                found.empty.append(row)
        found.unanswered += rows[len(rows) // 2 * 2 :]
    return found


def _share_of_questions(texts: Sequence[str]) -> float:
    return sum(bool(QUESTION.search(text)) for text in texts) / len(texts)


def _mean_length(texts: Sequence[str]) -> float:
    return sum(map(len, texts)) / len(texts)
