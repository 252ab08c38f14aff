"""Dividing rows into a part to train on, one to check with, one to test with. Pure, and the same every time.

Rows that belong together (the same conversation, the same question) are never in two parts."""

from __future__ import annotations

import hashlib
from array import array
from dataclasses import dataclass
from typing import Iterable, Sequence

import numpy as np

PARTS = ("train", "validation", "test")
TRAIN, VALIDATION, TEST = range(3)
UNKNOWN = -1
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
        self._rows, self._keys = array("q"), array("q")
        self._goes_on = array("b")

    def add(self, keys: Iterable[int], goes_on: bool = False) -> None:
        """The next row, with what it has in common with others; `goes_on` when it belongs with the row before it."""
        for key in keys:
            self._rows.append(len(self._goes_on))
            self._keys.append(key)
        self._goes_on.append(goes_on)

    def of_rows(self) -> np.ndarray:
        """The group of each row, with a few numbers for each row and no objects."""
        rows = np.asarray(self._rows)
        firsts = rows[first_alike(np.asarray(self._keys))]
        following = np.flatnonzero(np.asarray(self._goes_on))
        pairs = np.concatenate([np.stack([rows, firsts], 1)[rows != firsts], np.stack([following, following - 1], 1)])
        return _joined(len(self._goes_on), pairs)


def first_alike(values: np.ndarray) -> np.ndarray:
    """For each value the index of the first that is the same."""
    _, first, which = np.unique(values, return_index=True, return_inverse=True)
    return first[which]


def _joined(n: int, pairs: np.ndarray) -> np.ndarray:
    """For each of n rows the first one that it hangs together with."""
    parent = array("q", range(n))

    def root(row: int) -> int:
        while parent[row] != row:
            parent[row] = parent[parent[row]]
            row = parent[row]
        return row

    for one, other in pairs:
        here, there = root(one), root(other)
        parent[max(here, there)] = min(here, there)
    found = np.asarray(parent)
    while (found[found] != found).any():
        found = found[found]
    return found


def assign(group_of: Sequence[int], known: Sequence[int], shares: Shares) -> np.ndarray:
    """The part of each row. A group with a row whose part is `known` (not UNKNOWN) goes there: what was tested with stays
    untrained."""
    groups, parts = np.asarray(group_of), np.asarray(known)
    size, part_of = np.bincount(groups), np.full(len(groups), UNKNOWN)
    told = np.flatnonzero(parts != UNKNOWN)[::-1]  # the first row of a group counts, so it comes last
    part_of[groups[told]] = parts[told]
    order = _drawn(np.flatnonzero((size > 0) & (part_of[: len(size)] == UNKNOWN)), shares)
    for part, share in ((TEST, shares.test), (VALIDATION, shares.validation)):
        wanted = round(share * len(groups)) - int(size[np.flatnonzero(part_of[: len(size)] == part)].sum())
        for group in order:
            if wanted > 0 and part_of[group] == UNKNOWN and size[group] <= wanted:
                part_of[group] = part
                wanted -= int(size[group])
    part_of[part_of == UNKNOWN] = TRAIN
    return part_of[groups]


def _drawn(groups: np.ndarray, shares: Shares) -> np.ndarray:
    """The groups in the order of their lots; none when nothing is to be kept aside."""
    if not (shares.validation or shares.test):
        return groups[:0]
    lots = np.fromiter((int.from_bytes(_lot(shares.seed, group)) for group in groups.tolist()), "u8", len(groups))
    return groups[np.argsort(lots, kind="stable")]


def _lot(seed: int, group: int) -> bytes:
    return hashlib.blake2b(f"{seed}:{group}".encode(), digest_size=8).digest()
