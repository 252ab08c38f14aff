"""Questions 6 to 10: what kind of task it is, rows that are doubled or very long, texts in capitals."""

from __future__ import annotations

from typing import Sequence

from chatbot.data.findings import Finding
from chatbot.data.questions.facts import Facts, mostly_upper
from chatbot.data.questions.samples import changes, removals
from chatbot.data.reading import Row
from chatbot.records import Message

LONG = 10_000  # characters of prompt and completion together


def task(facts: Facts) -> Finding | None:
    """Classification deserves advice of its own."""
    if facts.task != "classification":
        return None
    message = Message(
        "With %(classes)s different completions in %(n)s rows this looks like sorting into classes. A small base model is "
        "enough for that; a class should be one short word, and be asked for with temperature 0 and one token.",
        classes=len(facts.classes),
        n=len(facts.rows),
    )
    return Finding("task", "info", message)


def duplicates(facts: Facts) -> Finding | None:
    """The same prompt with the same completion, more than once."""
    unique = len(set(facts.rows))
    doubled = len(facts.rows) - unique
    if not doubled:
        return None
    return Finding(
        "duplicates",
        "recommended",
        Message("Rows that repeat an earlier one word for word: %(n)s.", n=doubled),
        Message("Remove repeated rows (%(n)s)", n=doubled),
        doubled,
        removals(_repeats(facts.rows)),
        lambda rows: list(dict.fromkeys(rows)),
    )


def long_rows(facts: Facts) -> Finding | None:
    """Rows longer than a model of this kind reads at once."""
    if facts.task == "open-ended":
        return None
    long = [number for number, row in enumerate(facts.rows, 1) if _is_long(row)]
    if not long:
        return None
    return Finding(
        "long",
        "recommended",
        Message("Rows longer than %(most)s characters, which training would cut off: %(n)s.", n=len(long), most=LONG),
        Message("Remove long rows (%(n)s)", n=len(long)),
        len(long),
        removals((number, "".join(facts.rows[number - 1])) for number in long),
        lambda rows: [row for row in rows if not _is_long(row)],
    )


def upper_prompts(facts: Facts) -> Finding | None:
    """Prompts in capitals."""
    return _upper("prompt", facts.prompts, lambda rows: [(prompt.lower(), completion) for prompt, completion in rows])


def upper_completions(facts: Facts) -> Finding | None:
    """Completions in capitals."""
    return _upper("completion", facts.completions, lambda rows: [(prompt, completion.lower()) for prompt, completion in rows])


def _upper(column: str, texts: Sequence[str], fix: object) -> Finding | None:
    if not mostly_upper(texts):
        return None
    return Finding(
        f"upper-{column}s",
        "recommended",
        Message("More than a third of the letters in “%(column)s” are capitals, which models understand less well.", column=column),
        Message("Write everything in “%(column)s” in lower case", column=column),
        len(texts),
        changes(texts, str.lower),
        fix,  # type: ignore[arg-type]
    )


def _repeats(rows: Sequence[Row]):
    seen: set[Row] = set()
    for number, row in enumerate(rows, 1):
        if row in seen:
            yield number, "".join(row)
        seen.add(row)


def _is_long(row: Row) -> bool:
    return len(row[0]) + len(row[1]) > LONG
