"""The story of a batch: many questions, a few models, one table of answers. It goes on after any stop."""

from __future__ import annotations

import csv
import io
import logging
import time
from pathlib import PurePath
from threading import Thread
from typing import Any, Iterator

from chatbot.data.source import open_text
from chatbot.flows.asking import answer
from chatbot.flows.guard import whole
from chatbot.records import DataError, HomegrownError, Message
from chatbot.store import batches
from chatbot.store.answer_files import alone
from chatbot.store.tables import Batch

MOST_QUESTIONS = 500
QUESTION_COLUMNS = ("question", "questions", "prompt", "input", "问题", "提问")
SAVE_EVERY = 2.0  # seconds
log = logging.getLogger(__name__)


def questions_of(text: str) -> list[str]:
    """The questions in a text, one a line; empty lines and repeated ones are left out. Raises DataError."""
    found = list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
    if not found:
        raise DataError(Message("There is no question in it. Write one question a line."))
    if len(found) > MOST_QUESTIONS:
        text = Message("These are %(n)s questions; a batch takes %(most)s. Split them.", n=len(found), most=MOST_QUESTIONS)
        raise DataError(text)
    return found


def questions_of_file(name: str, content: bytes) -> list[str]:
    """The questions in a text file, one a line, or in a table's column `question` (else its first). Raises DataError."""
    text = open_text(name, content).text()
    if PurePath(name).suffix.lower() not in (".csv", ".tsv"):
        return questions_of(text)
    delimiter = "\t" if name.lower().endswith(".tsv") else ","
    rows = [row for row in csv.reader(io.StringIO(text, newline=None), delimiter=delimiter) if row]
    head = [cell.strip().lower() for cell in rows[0]]
    column = next((number for number, cell in enumerate(head) if cell in QUESTION_COLUMNS), None)
    cells = [row[column or 0] for row in rows[column is not None :] if len(row) > (column or 0)]
    return questions_of("\n".join(" ".join(cell.split()) for cell in cells))


def start(house: Any, batch_id: str) -> None:
    """Work on a batch in the background, unless another process or thread does already."""
    Thread(target=_quietly, args=(house, batch_id), name=f"batch {batch_id}", daemon=True).start()


def start_unfinished(house: Any) -> None:
    """Go on with what a stop of the site left behind."""
    for batch_id in batches.unfinished(house.store):
        start(house, batch_id)


def work(house: Any, batch_id: str) -> None:
    """Ask every question that has no answer yet, until done or stopped. Raises HomegrownError."""
    with alone(house.settings.home / "batches" / batch_id) as is_alone:
        # once more when somebody stopped it and let it go on while a question was being asked
        while is_alone and batches.move(house.store, batch_id, "running", out_of=("waiting", "running")):
            _ask(house, batches.get(house.store, batch_id))


def _ask(house: Any, batch: Batch) -> None:
    saved_at = time.monotonic()
    for row, model in _open_places(batch):
        if batches.status(house.store, batch.id) != "running":
            break
        row["answers"][model] = _answer(house, row["question"], model)
        if time.monotonic() - saved_at > SAVE_EVERY:
            batches.keep_rows(house.store, batch.id, batch.rows)
            saved_at = time.monotonic()
    batches.keep_rows(house.store, batch.id, batch.rows)
    if not any(_open_places(batch)):
        batches.move(house.store, batch.id, "done", out_of=("waiting", "running", "stopped"))


def progress(batch: Batch) -> tuple[int, int]:
    """How many answers there are, and how many there will be."""
    return sum(len(row["answers"]) for row in batch.rows), len(batch.rows) * len(batch.models)


def _open_places(batch: Batch) -> Iterator[tuple[dict[str, Any], str]]:
    for row in batch.rows:
        for model in batch.models:
            if model not in row["answers"]:
                yield row, model


def _answer(house: Any, question: str, model: str) -> dict[str, Any]:
    """What the model said, or the sentence why it said nothing."""
    began = time.monotonic()
    try:
        text = whole(answer(house, question, model))
    except HomegrownError as error:
        return {"error": str(error)}
    return {"text": text, "seconds": round(time.monotonic() - began, 2)}


def _quietly(house: Any, batch_id: str) -> None:
    try:
        work(house, batch_id)
    except Exception:
        log.exception("a batch broke off")
        batches.move(house.store, batch_id, "failed", out_of=("waiting", "running"))
