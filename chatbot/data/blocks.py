"""Rows a few thousand at a time: what is done to a block at once costs a fraction of what it costs row by row."""

from __future__ import annotations

from itertools import islice
from typing import Any, Callable, Iterable, Iterator, Sequence

BLOCK = 4096  # rows
Step = Callable[[Iterable[Any]], Iterable[Any]]


def blocks(rows: Iterable[Any]) -> Iterator[list[Any]]:
    """The rows in lists of at most `BLOCK`."""
    left = iter(rows)
    while block := list(islice(left, BLOCK)):
        yield block


class Through:
    """Rows after some steps; the steps are taken again each time they are walked through, and nothing is held."""

    def __init__(self, rows: Iterable[Any], steps: Sequence[Step] = ()):
        self._rows, self._steps = rows, steps

    def __iter__(self) -> Iterator[Any]:
        rows = self._rows
        for step in self._steps:
            rows = step(rows)
        return iter(rows)
