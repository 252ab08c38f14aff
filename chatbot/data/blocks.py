"""Rows a few thousand at a time: what is done to a block at once costs a fraction of what it costs row by row."""

from __future__ import annotations

from itertools import compress, islice
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


class Picked:
    """Those rows that are wanted, in order; they stay where they are."""

    def __init__(self, rows: Iterable[Any], wanted: Sequence[bool]):
        self._rows, self._wanted = rows, wanted

    def __len__(self) -> int:
        return sum(map(bool, self._wanted))

    def __iter__(self) -> Iterator[Any]:
        return compress(self._rows, self._wanted)
