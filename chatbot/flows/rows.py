"""The rows of a dataset as they are now, a page at a time: searched, filtered, each with where it came from."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Iterable, Sequence

import numpy as np

from chatbot.data.parts import PARTS
from chatbot.data.rows import FLAGS, Record, folded, is_editable, is_pair, own_warnings, searchable, turns
from chatbot.flows import draft as drafts
from chatbot.flows import versions
from chatbot.flows.draft import Draft
from chatbot.flows.version_writer import AS_READ, NO_FILE
from chatbot.records import Turn
from chatbot.store.tables import Dataset
from chatbot.store.version_files import Rows

PAGE = 50
SHOWS = ("all", "edited", "unsaved", "deleted", "warnings", *FLAGS, *PARTS)


@dataclass(frozen=True)
class Row:
    """A row as a page shows it. `state` is what the draft did to it, `changed` the version that changed it last (0: none)
    and `change` what that version did. `behind` is the row that a new one stands behind (0: the start)."""

    id: int
    turns: Sequence[Turn]
    mark: str
    is_pair: bool = False
    is_editable: bool = True
    behind: int | None = None
    state: str = ""
    file: str = ""
    line: int = 0
    part: str = ""
    warnings: tuple[str, ...] = ()
    changed: int = 0
    change: int = AS_READ
    origin: int = 0


@dataclass(frozen=True)
class Page:
    """Some rows of a draft; `total` is how many were found, `number` and `pages` count from 1."""

    draft: Draft
    rows: list[Row]
    total: int
    number: int
    pages: int


def page(house: Any, dataset: Dataset, text: str = "", show: str = "all", number: int = 1) -> Page:
    """Rows that hold `text` (letter case aside) and are what `show` says, one of SHOWS. Raises DataError."""
    draft = drafts.load(house, dataset)
    with versions.opened(house, draft.version) as rows:
        codes = _in_order(draft, rows)
        kept = np.flatnonzero(_wanted(draft, rows, codes, folded(text), show))
        pages = max(1, -(-len(kept) // PAGE))
        number = min(pages, max(1, number))
        shown = kept[(number - 1) * PAGE : number * PAGE]
        return Page(draft, [_row(draft, rows, int(codes[at])) for at in shown], len(kept), number, pages)


def find(house: Any, dataset: Dataset, ids: Iterable[int]) -> tuple[Draft, list[Row]]:
    """Some rows as they are now, with their draft; ids that do not exist (any more) are left out."""
    draft = drafts.load(house, dataset)
    wanted = list(ids)
    with versions.opened(house, draft.version) as rows:
        places = rows.places(wanted)
        codes = [-id if id in draft.new else places.get(id) for id in wanted]
        return draft, [_row(draft, rows, code) for code in codes if code is not None]


def _in_order(draft: Draft, rows: Rows) -> np.ndarray:
    """All rows in order: places in the version, and minus the id for new rows."""
    codes = np.arange(len(rows))
    followers = draft.followers()
    if followers:
        places = rows.places(anchor for anchor in followers if anchor)
        spots = [(places[anchor] + 1 if anchor else 0, -id) for anchor, ids in followers.items() for id in ids]
        codes = np.insert(codes, [spot for spot, _ in spots], [code for _, code in spots])
    return codes


def _wanted(draft: Draft, rows: Rows, codes: np.ndarray, text: bytes, show: str) -> np.ndarray:
    """Which of `codes` are searched for. Touched rows are looked at one by one, all others at once."""
    known = _matches(rows, text, show)
    wanted = np.ones(len(codes), bool)
    of_version = codes >= 0
    wanted[of_version] = known[codes[of_version]]
    if draft.rows:
        places = {place: id for id, place in rows.places(draft.rows).items()}
        touched = np.flatnonzero(~of_version | np.isin(codes, list(places)))
        for at in touched:
            code = int(codes[at])
            wanted[at] = _is_wanted(draft, rows, code, -code if code < 0 else places[code], text, show)
    return wanted


def _matches(rows: Rows, text: bytes, show: str) -> np.ndarray:
    index = rows.index
    if show in FLAGS or show == "warnings":
        found = (index["warnings"] & (FLAGS.get(show) or 255)) > 0
    elif show in PARTS:
        found = index["part"] == PARTS.index(show)
    elif show == "edited":
        found = index["changed"] > 0
    else:
        found = np.full(len(index), show == "all")
    return found & rows.containing(text) if text and found.any() else found


def _is_wanted(draft: Draft, rows: Rows, code: int, id: int, text: bytes, show: str) -> bool:
    record = draft.rows[id]
    said = record if record is not None else _before_deletion(draft, rows, code, id)
    if text and text not in searchable(said):
        return False
    if show in PARTS:
        return code >= 0 and int(rows.index["part"][code]) == PARTS.index(show)
    if show in FLAGS or show == "warnings":
        return record is not None and bool(own_warnings(record) & (FLAGS.get(show) or 255))
    return show in ("all", "unsaved") or (show == "deleted" and record is None) or (show == "edited" and record is not None)


def _row(draft: Draft, rows: Rows, code: int) -> Row:
    entry = rows.index[code] if code >= 0 else None
    id = int(entry["id"]) if entry is not None else -code
    record = draft.rows[id] if id in draft.rows else json.loads(rows.line(code))
    shown = record if record is not None else _before_deletion(draft, rows, code, id)
    state = ("deleted" if record is None else draft.kinds[id]) if id in draft.rows else ""
    flags = own_warnings(shown) if state or entry is None else int(entry["warnings"])
    common: dict[str, Any] = {
        "turns": turns(shown),
        "mark": drafts.mark(record),
        "is_pair": is_pair(shown),
        "is_editable": is_editable(shown),
        "state": state,
        "warnings": tuple(name for name, bit in FLAGS.items() if flags & bit),
    }
    if entry is None:
        return Row(id, behind=draft.new[id], origin=draft.origins[id], **common)
    file = int(entry["file"])
    name = draft.version.facts["files"][file]["name"] if file != NO_FILE else ""
    told = {"line": int(entry["line"]), "part": PARTS[entry["part"]], "changed": int(entry["changed"]), "change": int(entry["change"])}
    return Row(id, file=name, origin=int(entry["origin"]), **told, **common)


def _before_deletion(draft: Draft, rows: Rows, code: int, id: int) -> Record:
    """What a deleted row said last."""
    return draft.deleted.get(id) or json.loads(rows.line(code))
