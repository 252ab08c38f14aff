"""What results from the answers: how many rows stay, change or go, for every combination of Yes and No at once."""

from __future__ import annotations

from array import array
from collections import Counter
from typing import Any, Iterable, Iterator, Sequence

from chatbot.data.findings import Finding, Fix
from chatbot.records import Message


def of(findings: Sequence[Finding], rows: Iterable[Any]) -> Iterator[Finding]:
    """The finding that tells it, if anything is asked. `rows` are walked through once for each answer whose rows are not known.

    `details["groups"]` are rows alike: their number, and the answers ("id" for a yes, "-id" for a no) that make them go
    or change. So a page can count again after every click without the rows."""
    asked = [finding for finding in findings if finding.kind == "recommended"]
    effects = [effect for finding in asked for effect in _effects(finding) if effect[1]]
    if not effects:
        return
    marks = array("Q", bytes(8 * sum(1 for _ in rows)))  # two bits for each effect: the row goes, the row changes
    for number, (_, fix, removes, known) in enumerate(effects):
        bit = 1 << 2 * number + (0 if removes else 1)
        for index in known or (_gone if removes else _changed)(rows, fix(rows)):
            marks[index] |= bit
    answers = [effect[0] for effect in effects]
    groups = [
        [n, [answer for at, answer in enumerate(answers) if mark >> 2 * at & 1], [answer for at, answer in enumerate(answers) if mark >> 2 * at & 2]]
        for mark, n in Counter(marks).items()
    ]
    kept = [group for group in groups if not _by_yes(group[1])]
    n_kept, n_changed = sum(group[0] for group in kept), sum(group[0] for group in kept if _by_yes(group[2]))
    message = Message("With Yes to everything %(kept)s of %(n)s rows stay, %(changed)s of them changed.", kept=n_kept, n=len(marks), changed=n_changed)
    yield Finding("outcome", "info", message, details={"groups": groups})


def _effects(finding: Finding) -> tuple[tuple[str, Fix | None, bool, Sequence[int]], ...]:
    """What a Yes and what a No does, whether rows go by it, and which; a fix either takes rows away or changes them."""
    removes = any(sample.after is None for sample in finding.samples)
    return (finding.id, finding.fix, removes, finding.numbers), (f"-{finding.id}", finding.otherwise, False, finding.numbers)


def _changed(before: Iterable[Any], after: Iterable[Any]) -> Iterator[int]:
    return (index for index, (old, new) in enumerate(zip(before, after)) if old is not new and old != new)


def _gone(before: Iterable[Any], after: Iterable[Any]) -> Iterator[int]:
    """Walk both side by side: they keep their order."""
    left = iter(after)
    kept = next(left, None)
    for index, row in enumerate(before):
        if row is kept or row == kept:
            kept = next(left, None)
        else:
            yield index


def _by_yes(answers: Iterable[str]) -> bool:
    return any(not answer.startswith("-") for answer in answers)
