"""The story of an evaluation: questions with the answers wanted, asked of a model in several ways, and what came of it."""

from __future__ import annotations

import json
import time
from contextlib import closing
from dataclasses import asdict, dataclass, field
from statistics import mean, median
from typing import Any, Iterator, Sequence

from chatbot.flows.approved import index_of
from chatbot.flows.asking import Prompt, prompt_with, send, style_of
from chatbot.flows.finetune import run_of
from chatbot.flows.guard import known, made_up
from chatbot.flows.persona import current_persona
from chatbot.flows.similar import find
from chatbot.prompting.guard import Known
from chatbot.prompting.marks import chrf, is_right
from chatbot.prompting.phrases import offers_person
from chatbot.prompting.similar import Index
from chatbot.records import DataError, HomegrownError, Message, Turn

MOST_ROWS = 2000
# how the questions are asked: of the base or the tuned model, alone or with the approved answers of the tuned one
WAYS = ("base", "tuned", "base+retrieval", "tuned+retrieval")


@dataclass(frozen=True)
class Row:
    """A question, the answer wanted, and what it must say. Without both it is outside the field: a person is to be offered.

    `history` is what was said before it."""

    question: str
    answer: str = ""
    must: tuple[str, ...] = ()
    history: tuple[Turn, ...] = ()

    @property
    def outside(self) -> bool:
        return not self.answer and not self.must


@dataclass(frozen=True)
class Mark:
    """One answer, judged. `right` and `chrf` are None outside the field; `rank` is the place of the wanted answer among the
    approved ones that were found, from 1; `guard` tells what became of the model's words."""

    answer: str
    right: bool | None
    chrf: float | None
    made_up: tuple[str, ...]
    handed_over: bool
    guard: str  # passed | corrected | hedged | handed over | none
    rank: int | None
    first: float  # seconds
    seconds: float
    error: str = ""


@dataclass(frozen=True)
class Report:
    """What a way of asking comes to; shares are 0 to 1, None where there is nothing to count."""

    rows: int
    accuracy: float | None
    at_once: float | None  # share that is right without a choice of answers and without the offer of a person
    chrf: float | None
    made_up: float | None  # share of the answers that claim something no source has
    refused: float | None  # share inside the field that a person was offered for
    unanswered: float | None  # the same without those that were right for all that
    outside_handed_over: float | None
    guarded: float | None  # share that the guard corrected
    recall_1: float | None
    recall_3: float | None
    first: float | None
    seconds: float | None
    errors: int = 0


def rows_of(content: bytes) -> list[Row]:
    """Read JSONL with `question`, `answer`, `must`, and perhaps `history` as chat messages. Raises DataError that names the line."""
    lines = content.decode("utf-8-sig", errors="replace").splitlines()
    rows = [_row(number, line) for number, line in enumerate(lines, 1) if line.strip()]
    if not rows:
        raise DataError(Message('The file holds no questions. Each line must look like {"question": "…", "answer": "…", "must": ["…"]}.'))
    if len(rows) > MOST_ROWS:
        raise DataError(Message("These are %(n)s questions; an evaluation takes %(most)s. Split the file.", n=len(rows), most=MOST_ROWS))
    return rows


def ways_of(house: Any, model: str) -> list[str]:
    """The ways in which this model can be asked."""
    index, run = index_of(house, model), run_of(house, model)
    return [way for way in WAYS if (index or "+" not in way) and (run or not way.startswith("base"))]


def judge(house: Any, model: str, way: str, row: Row) -> Mark:
    """Ask one question in one way. What goes wrong stands in `error`."""
    try:
        index = index_of(house, model)
        prompt = _prompt(house, model, way, row, index)
        return _judged(house, row, index, prompt)
    except HomegrownError as error:
        return Mark("", False if not row.outside else None, None, (), False, "none", None, 0.0, 0.0, str(error))


def report(rows: Sequence[Row], marks: Sequence[Mark]) -> Report:
    """Sum up the marks of one way; `marks` may be shorter than `rows` while the work goes on."""
    pairs = [(row, mark) for row, mark in zip(rows, marks) if not mark.error]
    inside = [mark for row, mark in pairs if not row.outside]
    told = [mark for _, mark in pairs]
    ranked = [mark.rank for mark in inside if mark.guard != "none"]
    return Report(
        rows=len(marks),
        accuracy=_mean([bool(mark.right) for mark in inside]),
        at_once=_mean([bool(mark.right) and not mark.handed_over for mark in inside]),
        chrf=_mean([mark.chrf or 0.0 for mark in inside]),
        made_up=_mean([bool(mark.made_up) for mark in told]),
        refused=_mean([mark.handed_over for mark in inside]),
        unanswered=_mean([mark.handed_over and not mark.right for mark in inside]),
        outside_handed_over=_mean([mark.handed_over for row, mark in pairs if row.outside]),
        guarded=_mean([mark.guard == "corrected" for mark in told if mark.guard != "none"]),
        recall_1=_mean([rank == 1 for rank in ranked]),
        recall_3=_mean([rank is not None and rank <= 3 for rank in ranked]),
        first=median([mark.first for mark in told]) if told else None,
        seconds=median([mark.seconds for mark in told]) if told else None,
        errors=len(marks) - len(pairs),
    )


def as_json(rows: Sequence[Row], marks: dict[str, Sequence[Mark]]) -> dict[str, Any]:
    """Everything as plain JSON: a report for each way, and every row with its marks."""
    each = [asdict(row) | {"outside": row.outside, "ways": {way: asdict(of[n]) for way, of in marks.items() if n < len(of)}} for n, row in enumerate(rows)]
    return {"ways": {way: asdict(report(rows, of)) for way, of in marks.items()}, "rows": each}


def _prompt(house: Any, model: str, way: str, row: Row, index: Index | None) -> Prompt:
    who, _, retrieval = way.partition("+")
    run = run_of(house, model)
    asked = run.base_model if who == "base" and run else model
    return prompt_with(house, index if retrieval else None, style_of(house, model), row.question, asked, row.history)


def _judged(house: Any, row: Row, index: Index | None, prompt: Prompt) -> Mark:
    began = time.monotonic()
    heard = _hear(send(house, prompt), began)
    seconds = time.monotonic() - began
    grounds = prompt.grounds
    guard = "none" if grounds is None else "corrected" if heard.corrected else "passed"
    if grounds and grounds.fixed:
        guard = "hedged" if grounds.sources else "handed over"
    return Mark(
        answer=heard.text,
        right=None if row.outside else is_right(heard.text, row.must),
        chrf=None if row.outside else chrf(heard.text, row.answer),
        made_up=tuple(made_up(_known(house, row, prompt), heard.text)),
        handed_over=offers_person(heard.text),
        guard=guard,
        rank=_rank(house, row, index) if grounds and index else None,
        first=heard.first or seconds,
        seconds=seconds,
    )


@dataclass
class _Heard:
    text: str = ""
    first: float = 0.0
    corrected: bool = field(default=False)


def _hear(pieces: Iterator[Any], began: float) -> _Heard:
    heard = _Heard()
    with closing(pieces):  # type: ignore[type-var]
        for piece in pieces:
            heard.text = piece.text if piece.replaces else heard.text + piece.text
            heard.corrected = heard.corrected or piece.replaces
            if piece.text and not heard.first:
                heard.first = time.monotonic() - began
    heard.text = heard.text.strip()
    return heard


def _known(house: Any, row: Row, prompt: Prompt) -> Known:
    """What may be claimed: the wanted answer counts too, so that all ways are measured alike."""
    persona = current_persona(house)
    near = prompt.grounds.found.neighbours if prompt.grounds else ()
    texts = [persona.name, persona.preamble, persona.greeting, *(text for pair in persona.turns for text in pair)]
    return known([row.question, row.answer, *row.must, *(turn.text for turn in row.history), *texts, *(text for each in near for text in (each.question, each.answer))])


def _rank(house: Any, row: Row, index: Index) -> int | None:
    if row.outside:
        return None
    found = find(house, index, row.question, row.history, everything=True)
    fits = (each.answer == row.answer or (row.must and is_right(each.answer, row.must)) for each in found.neighbours)
    return next((place for place, fit in enumerate(fits, 1) if fit), None)


def _row(number: int, line: str) -> Row:
    try:
        values = json.loads(line)
        question, answer, must = values["question"], values.get("answer") or "", values.get("must") or []
        history = [Turn(turn["role"], turn["content"]) for turn in values.get("history") or []]
    except (ValueError, KeyError, TypeError, AttributeError):
        question, answer, must, history = None, "", [], []
    roles_fit = all(turn.role in ("user", "assistant") for turn in history)
    if not isinstance(question, str) or not isinstance(answer, str) or not roles_fit or not _are_texts([must, [turn.text for turn in history]]):
        text = 'Line %(line)s is not of the form {"question": "…", "answer": "…", "must": ["…"]}.'
        raise DataError(Message(text, line=number))
    return Row(question, answer, tuple(must), tuple(history))


def row_from(kept: dict[str, Any]) -> Row:
    """A row that was kept as JSON."""
    return Row(kept["question"], kept["answer"], tuple(kept["must"]), tuple(Turn(**turn) for turn in kept.get("history", [])))


def _are_texts(lists: Sequence[Any]) -> bool:
    return all(isinstance(values, list) and all(isinstance(value, str) for value in values) for values in lists)


def _mean(values: Sequence[float]) -> float | None:
    return mean(map(float, values)) if values else None
