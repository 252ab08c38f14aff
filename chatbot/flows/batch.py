"""The story of a batch: many questions, a few models, one table of answers."""

from __future__ import annotations

import csv
import io
import time
from pathlib import PurePath
from typing import Any, Iterator, Sequence

from chatbot.data.source import open_text
from chatbot.flows.asking import answer
from chatbot.flows.background import Background
from chatbot.flows.guard import whole
from chatbot.records import DataError, HomegrownError, Message
from chatbot.store.tables import Batch
from chatbot.store.works import batches

MOST_QUESTIONS = 500
QUESTION_COLUMNS = ("question", "questions", "prompt", "input", "问题", "提问")


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


def add(house: Any, questions: Sequence[str], models: Sequence[str], by: int | None = None) -> Batch:
    """Start a batch."""
    rows = [{"question": question, "answers": {}} for question in questions]
    batch = batches.add(house.store, name=questions[0][:200], models=list(models), rows=rows, created_by=by)
    WORK.start(house, batch.id)
    return batch


def progress(batch: Batch) -> tuple[int, int]:
    """How many answers there are, and how many there will be."""
    return sum(len(row["answers"]) for row in batch.rows), len(batch.rows) * len(batch.models)


def _open_places(batch: Batch) -> Iterator[tuple[dict[str, Any], str]]:
    for row in batch.rows:
        for model in batch.models:
            if model not in row["answers"]:
                yield row, model


def _fill(house: Any, batch: Batch, place: tuple[dict[str, Any], str]) -> None:
    """Put down what the model said, or the sentence why it said nothing."""
    row, model = place
    began = time.monotonic()
    try:
        text = whole(answer(house, row["question"], model))
    except HomegrownError as error:
        row["answers"][model] = {"error": str(error)}
    else:
        row["answers"][model] = {"text": text, "seconds": round(time.monotonic() - began, 2)}


WORK = Background("batches", batches, _open_places, _fill, lambda batch: {"rows": batch.rows})
