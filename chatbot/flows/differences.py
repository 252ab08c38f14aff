"""What differs between two versions of a dataset, or between the newest version and the draft on top of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Iterable, Literal

import numpy as np

from chatbot.data.rows import Record, turns
from chatbot.data.words import Piece, changed_turns
from chatbot.flows import versions
from chatbot.flows.draft import Draft
from chatbot.store.tables.data import DatasetVersion
from chatbot.store.version_files import Rows

PAGE = 25
Kind = Literal["added", "deleted", "changed"]


@dataclass(frozen=True)
class Difference:
    """One row that differs. `lines` are its messages: (role, pieces that stayed, are gone or are new)."""

    id: int
    kind: Kind
    lines: list[tuple[str, list[Piece]]]


@dataclass(frozen=True)
class Differences:
    """A page of differences in the order of the rows' ids, and how many there are of each kind in all."""

    counts: dict[Kind, int]
    rows: list[Difference]
    number: int
    pages: int


def between(house: Any, old: DatasetVersion, new: DatasetVersion, number: int = 1) -> Differences:
    """From version `old` to version `new` of one dataset. Raises DataError when files are gone."""
    with versions.opened(house, old) as before, versions.opened(house, new) as after:
        kinds = _kinds(before.index, after.index)
        shown, counts, number, pages = _page(kinds, number)
        places = before.places(shown), after.places(shown)
        found = [_difference(id, kinds[id], _record(before, places[0].get(id)), _record(after, places[1].get(id))) for id in shown]
    return Differences(counts, found, number, pages)


def of_draft(house: Any, draft: Draft, number: int = 1) -> Differences:
    """From the newest version to the draft. Raises DataError when files are gone."""
    with versions.opened(house, draft.version) as rows:
        places = rows.places(draft.rows)
        before = {id: _record(rows, places.get(id)) for id in draft.rows}
    kinds = {id: _kind(before[id], record) for id, record in sorted(draft.rows.items()) if before[id] != record}
    shown, counts, number, pages = _page(kinds, number)
    return Differences(counts, [_difference(id, kinds[id], before[id], draft.rows[id]) for id in shown], number, pages)


def _kinds(before: np.ndarray, after: np.ndarray) -> dict[int, Kind]:
    """Rows that differ, by id."""
    old, new = np.asarray(before["id"]), np.asarray(after["id"])
    common, in_old, in_new = np.intersect1d(old, new, assume_unique=True, return_indices=True)
    changed = common[before["hash"][in_old] != after["hash"][in_new]]
    of_kind: dict[Kind, Iterable[int]] = {
        "added": np.setdiff1d(new, old, assume_unique=True).tolist(),
        "deleted": np.setdiff1d(old, new, assume_unique=True).tolist(),
        "changed": changed.tolist(),
    }
    return dict(sorted((id, kind) for kind, ids in of_kind.items() for id in ids))


def _page(kinds: dict[int, Kind], number: int) -> tuple[list[int], dict[Kind, int], int, int]:
    pages = max(1, -(-len(kinds) // PAGE))
    number = min(pages, max(1, number))
    every = list(kinds.values())
    counts = {kind: every.count(kind) for kind in ("added", "deleted", "changed")}
    return list(kinds)[(number - 1) * PAGE : number * PAGE], counts, number, pages


def _record(rows: Rows, place: int | None) -> Record | None:
    return None if place is None else json.loads(rows.line(place))


def _kind(before: Record | None, after: Record | None) -> Kind:
    return "added" if before is None else "deleted" if after is None else "changed"


def _difference(id: int, kind: Kind, before: Record | None, after: Record | None) -> Difference:
    return Difference(id, kind, changed_turns(turns(before or {}), turns(after or {})))
