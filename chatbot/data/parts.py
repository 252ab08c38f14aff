"""Dividing rows into a part to train on, one to check with, one to test with. Pure, and the same every time.

Rows that belong together (the same conversation, the same question) are never in two parts."""

from __future__ import annotations

import hashlib
from array import array
from dataclasses import dataclass
from typing import Iterable, Sequence

PARTS = ("train", "validation", "test")
TRAIN, VALIDATION, TEST = range(3)
FEWEST_TO_SPLIT = 40  # below this every row is needed for learning
USUAL_SHARE = 0.05
MOST_VALIDATION = 500  # more only slows a training down


@dataclass(frozen=True)
class Shares:
    """How much is kept aside, as fractions of all rows; the rest is trained on. `seed` decides which rows."""

    validation: float = 0.0
    test: float = 0.0
    seed: int = 42


def usual_shares(n_rows: int) -> Shares:
    """Nothing of a small set, else a twentieth for validation. A test part is the admin's choice: it is never learned."""
    return Shares(min(USUAL_SHARE, MOST_VALIDATION / n_rows) if n_rows >= FEWEST_TO_SPLIT else 0.0)


class Groups:
    """Puts rows together that share a key, also by way of others. A group is named by its first row."""

    def __init__(self) -> None:
        self._parent = array("q")
        self._owner: dict[int, int] = {}

    def add(self, keys: Iterable[int], goes_on: bool = False) -> None:
        """The next row, with what it has in common with others; `goes_on` when it belongs with the row before it."""
        row = len(self._parent)
        self._parent.append(row)
        for other in (*(self._owner.setdefault(key, row) for key in keys), *([row - 1] if goes_on else [])):
            here, there = self._root(row), self._root(other)
            self._parent[max(here, there)] = min(here, there)

    def of_rows(self) -> list[int]:
        return [self._root(row) for row in range(len(self._parent))]

    def _root(self, row: int) -> int:
        parent = self._parent
        while parent[row] != row:
            parent[row] = parent[parent[row]]
            row = parent[row]
        return row


def assign(group_of: Sequence[int], known: Sequence[int | None], shares: Shares) -> list[int]:
    """The part of each row. A group with a row whose part is `known` goes there: what was tested with stays untrained."""
    size: dict[int, int] = {}
    part_of: dict[int, int] = {}
    for group, part in zip(group_of, known):
        size[group] = size.get(group, 0) + 1
        if part is not None:
            part_of.setdefault(group, part)
    order = sorted((group for group in size if group not in part_of), key=lambda group: _lot(shares.seed, group))
    for part, share in ((TEST, shares.test), (VALIDATION, shares.validation)):
        wanted = round(share * len(group_of)) - sum(size[group] for group, there in part_of.items() if there == part)
        for group in order:
            if group not in part_of and size[group] <= wanted:
                part_of[group] = part
                wanted -= size[group]
    return [part_of.get(group, TRAIN) for group in group_of]


def _lot(seed: int, group: int) -> bytes:
    return hashlib.blake2b(f"{seed}:{group}".encode(), digest_size=8).digest()
