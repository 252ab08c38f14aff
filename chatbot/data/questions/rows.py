"""Questions 6 to 10: what kind of task it is, rows that are doubled or very long, texts in capitals."""

from __future__ import annotations

from typing import Iterable, Iterator

from chatbot.data.findings import Finding, Fix
from chatbot.data.questions.facts import LONG, Column, Facts, is_long
from chatbot.data.questions.samples import changes, removals
from chatbot.data.reading import Row
from chatbot.records import Message


def task(facts: Facts) -> Finding | None:
    """Classification deserves advice of its own."""
    if facts.task != "classification":
        return None
    message = Message(
        "With %(classes)s different completions in %(n)s rows this looks like sorting into classes. A small base model is "
        "enough for that; a class should be one short word, and be asked for with temperature 0 and one token.",
        classes=facts.n_classes,
        n=facts.n,
    )
    return Finding("task", "info", message)


def duplicates(facts: Facts) -> Finding | None:
    """The same prompt with the same completion, more than once."""
    doubled = facts.n - facts.different.n_different
    if not doubled:
        return None
    return Finding(
        "duplicates",
        "recommended",
        Message("Rows that repeat an earlier one word for word: %(n)s.", n=doubled),
        Message("Remove repeated rows (%(n)s)", n=doubled),
        doubled,
        removals((number, " → ".join(filter(None, row))) for number, row, is_new in _told_apart(facts.rows, facts) if not is_new),
        lambda rows: (row for _, row, is_new in _told_apart(rows, facts) if is_new),
    )


def long_rows(facts: Facts) -> Finding | None:
    """Rows longer than a model of this kind reads at once."""
    if facts.task == "open-ended" or not facts.long.n:
        return None
    return Finding(
        "long",
        "recommended",
        Message("Rows longer than %(most)s characters, which training would cut off: %(n)s.", n=facts.long.n, most=LONG),
        Message("Remove long rows (%(n)s)", n=facts.long.n),
        facts.long.n,
        removals(facts.long.shown),
        lambda rows: (row for row in rows if not is_long(row)),
    )


def upper_prompts(facts: Facts) -> Finding | None:
    """Prompts in capitals."""
    lower = lambda rows: ((prompt.lower(), completion) for prompt, completion in rows)  # noqa: E731
    return _upper("prompt", facts.prompts, facts.texts(0), lower)


def upper_completions(facts: Facts) -> Finding | None:
    """Completions in capitals."""
    lower = lambda rows: ((prompt, completion.lower()) for prompt, completion in rows)  # noqa: E731
    return _upper("completion", facts.completions, facts.texts(1), lower)


def _upper(column: str, known: Column, texts: Iterable[str], fix: Fix) -> Finding | None:
    if not known.mostly_upper:
        return None
    return Finding(
        f"upper-{column}s",
        "recommended",
        Message("More than a third of the letters in “%(column)s” are capitals, which models understand less well.", column=column),
        Message("Write everything in “%(column)s” in lower case", column=column),
        known.n,
        changes(texts, str.lower),
        fix,
    )


def _told_apart(rows: Iterable[Row], facts: Facts) -> Iterator[tuple[int, Row, bool]]:
    """(number, row, whether it is the first of its kind). Only rows that are known to be repeated are remembered."""
    repeated = facts.different.repeated
    seen: set[int] = set()
    for number, row in enumerate(rows, 1):
        value = hash(row)
        yield number, row, value not in seen
        if value in repeated:
            seen.add(value)
