"""The story of an evaluation in the background: it goes on after any stop, row by row."""

from __future__ import annotations

import hashlib
import logging
import time
from dataclasses import asdict
from pathlib import Path
from threading import Thread
from typing import Any, Iterator, Sequence

from chatbot.flows import evaluate
from chatbot.flows.evaluate import Mark, Row
from chatbot.records import DataError, HomegrownError, Message
from chatbot.store import evaluations
from chatbot.store.answer_files import alone
from chatbot.store.tables import Evaluation

SAVE_EVERY = 2.0  # seconds
SAMPLE = Path(__file__).resolve().parent.parent / "samples" / "dsa_heldout.jsonl"
OPEN = ("waiting", "running")

log = logging.getLogger(__name__)


def add(house: Any, name: str, content: bytes, model: str, ways: Sequence[str], by: int | None = None) -> Evaluation:
    """Start an evaluation. Raises DataError when the file cannot be read or there is no way to ask."""
    rows = evaluate.rows_of(content)
    chosen = [way for way in evaluate.ways_of(house, model) if way in ways]
    if not chosen:
        raise DataError(Message("This model cannot be asked in the ways you chose. Choose at least one that it has."))
    evaluation = evaluations.add(
        house.store,
        name=name[:200],
        sha256=hashlib.sha256(content).hexdigest(),
        model=model,
        rows=[asdict(row) for row in rows],
        marks={way: [] for way in chosen},
        figures={},
        created_by=by,
    )
    start(house, evaluation.id)
    return evaluation


def start(house: Any, evaluation_id: str) -> None:
    """Work on it in the background, unless another process or thread does already."""
    Thread(target=_quietly, args=(house, evaluation_id), name=f"evaluation {evaluation_id}", daemon=True).start()


def start_unfinished(house: Any) -> None:
    """Go on with what a stop of the site left behind."""
    for evaluation_id in evaluations.unfinished(house.store):
        start(house, evaluation_id)


def work(house: Any, evaluation_id: str) -> None:
    """Ask every question that has no answer yet, until done or stopped. Raises HomegrownError."""
    with alone(house.settings.home / "evaluations" / evaluation_id) as is_alone:
        # more than once if it was stopped and let go on while a question was being answered
        while is_alone and evaluations.move(house.store, evaluation_id, "running", out_of=OPEN):
            evaluation = evaluations.get(house.store, evaluation_id)
            _ask(house, evaluation)
            if not any(_open_places(evaluation)):
                evaluations.move(house.store, evaluation_id, "done", out_of=("running", "stopped"))


def _ask(house: Any, evaluation: Evaluation) -> None:
    saved_at = time.monotonic()
    for way, row in _open_places(evaluation):
        if evaluations.status(house.store, evaluation.id) != "running":
            break
        evaluation.marks[way].append(asdict(evaluate.judge(house, evaluation.model, way, row)))
        if time.monotonic() - saved_at > SAVE_EVERY:
            _save(house, evaluation)
            saved_at = time.monotonic()
    _save(house, evaluation)


def rows_of(evaluation: Evaluation) -> list[Row]:
    return [Row(**row | {"must": tuple(row["must"])}) for row in evaluation.rows]


def progress(evaluation: Evaluation) -> tuple[int, int]:
    """How many answers there are, and how many there will be."""
    return sum(map(len, evaluation.marks.values())), len(evaluation.rows) * len(evaluation.marks)


def _open_places(evaluation: Evaluation) -> Iterator[tuple[str, Row]]:
    rows = rows_of(evaluation)
    for way, marks in evaluation.marks.items():
        for row in rows[len(marks) :]:
            yield way, row


def _save(house: Any, evaluation: Evaluation) -> None:
    rows = rows_of(evaluation)
    figures = {way: asdict(evaluate.report(rows, [Mark(**mark) for mark in marks])) for way, marks in evaluation.marks.items()}
    evaluations.keep(house.store, evaluation.id, marks=evaluation.marks, figures=figures)


def _quietly(house: Any, evaluation_id: str) -> None:
    try:
        work(house, evaluation_id)
    except HomegrownError as error:
        evaluations.move(house.store, evaluation_id, "failed", out_of=OPEN, error=str(error))
    except Exception:
        log.exception("an evaluation broke off")
        evaluations.move(house.store, evaluation_id, "failed", out_of=OPEN)
