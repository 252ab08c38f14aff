"""The story of an evaluation in the background, row by row."""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from pathlib import Path
from typing import Any, Iterator, Sequence

from chatbot.flows import evaluate
from chatbot.flows.background import Background
from chatbot.flows.evaluate import Mark, Row, row_from
from chatbot.records import DataError, Message
from chatbot.store.tables import Evaluation
from chatbot.store.works import evaluations

SAMPLE = Path(__file__).resolve().parent.parent / "samples" / "dsa_heldout.jsonl"


def add(house: Any, name: str, content: bytes, model: str, ways: Sequence[str], by: int | None = None) -> Evaluation:
    """Keep an evaluation that `begin` is to start. Raises DataError when the file cannot be read or there is no way to ask."""
    rows = evaluate.rows_of(content)
    chosen = [way for way in evaluate.ways_of(house, model) if way in ways]
    if not chosen:
        raise DataError(Message("This model cannot be asked in the ways you chose. Choose at least one that it has."))
    return evaluations.add(
        house.store,
        name=name[:200],
        sha256=hashlib.sha256(content).hexdigest(),
        model=model,
        rows=[asdict(row) for row in rows],
        marks={way: [] for way in chosen},
        figures={},
        created_by=by,
    )


def begin(house: Any, evaluation: Evaluation) -> None:
    """Ask the questions in the background. To be called where the event loop runs: no other thread would go on with it."""
    WORK.start(house, evaluation.id)


def rows_of(evaluation: Evaluation) -> list[Row]:
    return [row_from(row) for row in evaluation.rows]


def progress(evaluation: Evaluation) -> tuple[int, int]:
    """How many answers there are, and how many there will be."""
    return sum(map(len, evaluation.marks.values())), len(evaluation.rows) * len(evaluation.marks)


def _open_places(evaluation: Evaluation) -> Iterator[tuple[str, Row]]:
    rows = rows_of(evaluation)
    for way, marks in evaluation.marks.items():
        for row in rows[len(marks) :]:
            yield way, row


def _fill(house: Any, evaluation: Evaluation, place: tuple[str, Row]) -> None:
    way, row = place
    evaluation.marks[way].append(asdict(evaluate.judge(house, evaluation.model, way, row)))


def _columns(evaluation: Evaluation) -> dict[str, Any]:
    rows = rows_of(evaluation)
    figures = {way: asdict(evaluate.report(rows, [Mark(**mark) for mark in marks])) for way, marks in evaluation.marks.items()}
    return {"marks": evaluation.marks, "figures": figures}


WORK = Background("evaluations", evaluations, _open_places, _fill, _columns)
