"""Questions 0 to 5: the file's form, its columns, how much there is, and rows without a completion."""

from __future__ import annotations

from typing import Sequence

from chatbot.data.findings import Finding
from chatbot.data.questions.facts import Facts, with_completion
from chatbot.data.questions.samples import removals
from chatbot.data.reading import find_column
from chatbot.records import DataError, Message

ENOUGH = 100  # rows


def conversion(kind: str) -> Finding | None:
    """A file that is no JSONL becomes one."""
    if not kind:
        return None
    message = Message("The file has the form %(kind)s; training needs JSONL.", kind=kind)
    return Finding("conversion", "necessary", message, Message("Turn %(kind)s into JSONL", kind=kind))


def count(n: int) -> Finding:
    """How many rows there are, with advice when they are few."""
    if n >= ENOUGH:
        return Finding("count", "info", Message("Pairs of prompt and completion: %(n)s.", n=n))
    message = Message(
        "Pairs of prompt and completion: %(n)s. A few hundred teach much better, and every doubling helps.",
        n=n,
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


def empty_completions(facts: Facts) -> Finding | None:
    """A row without a completion teaches nothing."""
    empty = facts.empty
    if not empty.n:
        return None
    shown = ", ".join(map(str, empty.numbers)) + (" …" if empty.n > len(empty.numbers) else "")
    return Finding(
        "empty-completions",
        "necessary",
        Message("Rows with an empty completion (%(n)s): %(rows)s.", n=empty.n, rows=shown),
        Message("Remove rows with an empty completion (%(n)s)", n=empty.n),
        empty.n,
        removals(empty.shown),
        with_completion,
    )
