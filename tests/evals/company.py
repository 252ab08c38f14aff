"""A made-up company: `facts.txt` holds blocks of an answer (A), what it must say (M) and its phrasings, some to train on (T),
some held out: as most people would ask (H), and in a roundabout way that names none of the words (R). `outside.txt` holds a question a line that none of the answers settles,
`follow.jsonl`, where there is one, questions that follow from another, as `flask evaluate` reads them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Fact:
    answer: str
    must: list[str]
    training: list[str]
    held_out: list[str]
    roundabout: list[str]


def facts(company: str) -> list[Fact]:
    blocks = (HERE / company / "facts.txt").read_text(encoding="utf-8").strip().split("\n\n")
    return [_fact([line.split(": ", 1) for line in block.splitlines()]) for block in blocks]


def outside(company: str) -> list[str]:
    return (HERE / company / "outside.txt").read_text(encoding="utf-8").splitlines()


def training_lines(company: str) -> str:
    """What `flask train` reads."""
    rows = ({"messages": [_said("user", question), _said("assistant", fact.answer)]} for fact in facts(company) for question in fact.training)
    return _jsonl(rows)


def evaluation_lines(company: str, roundabout: bool = False) -> str:
    """What `flask evaluate` reads: the held-out phrasings, then the questions outside the field, which have no answer."""
    asked = [(question, fact) for fact in facts(company) for question in (fact.roundabout if roundabout else fact.held_out)]
    inside = [{"question": question, "answer": fact.answer, "must": fact.must} for question, fact in asked]
    return _jsonl([*inside, *({"question": question, "answer": "", "must": []} for question in outside(company))])


def follow_lines(company: str) -> str:
    """Questions with a history; empty where none were written."""
    path = HERE / company / "follow.jsonl"
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _fact(lines: list[list[str]]) -> Fact:
    of = {letter: [text for key, text in lines if key == letter] for letter in "AMTHR"}
    return Fact(of["A"][0], of["M"][0].split(" | "), of["T"], of["H"], of["R"])


def _said(role: str, content: str) -> dict[str, str]:
    return {"role": role, "content": content}


def _jsonl(rows) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
