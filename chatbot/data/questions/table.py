"""Questions 0 to 5: the file's form, its columns, how much there is, and rows without a completion."""

from __future__ import annotations

from typing import Sequence

from chatbot.data.findings import Finding
from chatbot.data.questions.samples import removals
from chatbot.data.reading import Row, find_column
from chatbot.records import DataError, Message

ENOUGH = 100  # rows


def conversion(kind: str) -> Finding | None:
    """A file that is no JSONL becomes one."""
    if not kind:
        return None
    message = Message("The file has the form %(kind)s; training needs JSONL.", kind=kind)
    return Finding("conversion", "necessary", message, Message("Turn %(kind)s into JSONL", kind=kind))


def count(rows: Sequence[Row]) -> Finding:
    """How many rows there are, with advice when they are few."""
    if len(rows) >= ENOUGH:
        return Finding("count", "info", Message("There are %(n)s pairs of prompt and completion.", n=len(rows)))
    message = Message(
        "There are %(n)s pairs of prompt and completion. A few hundred teach much better, and every doubling helps.",
        n=len(rows),
    )
    return Finding("count", "info", message)


def column(columns: Sequence[str], wanted: str) -> Finding | None:
    """The column `wanted` must be spelt in lower case. Raises DataError when it is missing."""
    if wanted in columns:
        return None
    spelt = find_column(columns, wanted)
    if spelt is None:
        raise DataError(Message("There is no column “%(wanted)s”. Name your columns prompt and completion.", wanted=wanted))
    message = Message("The column “%(spelt)s” must be called “%(wanted)s”.", spelt=spelt, wanted=wanted)
    return Finding(f"column-{wanted}", "necessary", message, Message("Rename “%(spelt)s” to “%(wanted)s”", spelt=spelt, wanted=wanted))


def extra_columns(columns: Sequence[str]) -> Finding | None:
    """Only prompt and completion are used."""
    used = {find_column(columns, wanted) for wanted in ("prompt", "completion")}
    extra = ", ".join(column for column in columns if column not in used)
    if not extra:
        return None
    message = Message("Only prompt and completion are used; the file also has %(extra)s.", extra=extra)
    return Finding("extra-columns", "necessary", message, Message("Leave out the columns %(extra)s", extra=extra))


def empty_completions(rows: Sequence[Row]) -> Finding | None:
    """A row without a completion teaches nothing."""
    empty = [number for number, row in enumerate(rows, 1) if row[1] == ""]
    if not empty:
        return None
    shown = ", ".join(map(str, empty[:20])) + (" …" if len(empty) > 20 else "")
    return Finding(
        "empty-completions",
        "necessary",
        Message("Rows with an empty completion (%(n)s): %(rows)s.", n=len(empty), rows=shown),
        Message("Remove rows with an empty completion (%(n)s)", n=len(empty)),
        len(empty),
        removals((number, rows[number - 1][0]) for number in empty),
        lambda rows: [row for row in rows if row[1] != ""],
    )
