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


class Walked(Sequence[Any]):
    """The same rows; `told` hears with every block how often they were walked through, and how many rows that were."""

    def __init__(self, rows: Sequence[Any], told: Callable[[float, int], None]):
        self._rows, self._told, self._walks = rows, told, 0

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, place: Any) -> Any:
        return self._rows[place]

    def __iter__(self) -> Iterator[Any]:
        for number, row in enumerate(self._rows, 1):
            if number % BLOCK == 0:
                self._told(self._walks + number / len(self._rows), number)
            yield row
        self._walks += 1


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
