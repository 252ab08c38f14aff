"""The draft of a dataset: steps of editing on top of its newest version. Each step can be undone, also tomorrow.

A step holds what its rows are afterwards; playing the steps one after the other gives the draft.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Sequence

from chatbot.data.rows import Record, is_pair, line_of, with_turns
from chatbot.flows import versions
from chatbot.flows.rewriting import Changes
from chatbot.records import DataError, Message, Turn
from chatbot.store import dataset_versions
from chatbot.store.tables import Dataset
from chatbot.store.tables.data import DatasetStep, DatasetVersion
from chatbot.store.version_files import Rows, fingerprint

GONE = Message("This row does not exist any more. Reload the page.")


@dataclass(kw_only=True)
class Draft(Changes):
    """What differs from `version`. `deleted` is what deleted rows said before if they were touched then."""

    version: DatasetVersion
    deleted: dict[int, Record] = field(default_factory=dict)
    kinds: dict[int, str] = field(default_factory=dict)
    last_id: int = 0
    token: str = ""
    undo: DatasetStep | None = None
    redo: DatasetStep | None = None

    @property
    def counts(self) -> Counter[str]:
        """How many rows are edited, deleted, added."""
        alive = Counter("added" if id in self.new else "edited" for id, record in self.rows.items() if record is not None)
        deleted = sum(record is None and id not in self.new for id, record in self.rows.items())
        return alive + Counter(deleted=deleted)

    @property
    def n_rows(self) -> int:
        return self.version.n_rows + self.counts["added"] - self.counts["deleted"]


def load(house: Any, dataset: Dataset) -> Draft:
    """The draft of a dataset as it is now."""
    version = versions.newest(house, dataset)
    draft = Draft(version=version, last_id=version.last_id)
    for step in dataset_versions.steps(house.store, dataset.id):
        draft.last_id = max(draft.last_id, *(change["id"] for change in step.changes))
        if step.undone:
            draft.redo = draft.redo or step
            continue
        draft.undo, draft.token = step, step.token
        for change in step.changes:
            _play(draft, step.kind, change)
    return draft


def current(house: Any, draft: Draft, id: int) -> Record | None:
    """A row as it is now; None when it is deleted. Raises DataError when there never was one."""
    if id in draft.rows:
        return draft.rows[id]
    return of_version(house, draft.version, id)


def of_version(house: Any, version: DatasetVersion, id: int) -> Record:
    with versions.opened(house, version) as rows:
        place = rows.places([id]).get(id)
        if place is None:
            raise DataError(GONE)
        return json.loads(rows.line(place))


def mark(record: Record | None) -> str:
    """Changes when a row does: what a page sends back, so that nobody overwrites what they have not seen."""
    return f"{fingerprint(line_of(record)):x}" if record is not None else "deleted"


@dataclass(frozen=True)
class Said:
    """What a person wrote into the form of a row: messages, and which of the row's messages each one was."""

    turns: Sequence[Turn]
    places: Sequence[int | None]

    def part(self, start: int, stop: int | None = None) -> "Said":
        return Said(self.turns[start:stop], self.places[start:stop])


def edit(house: Any, dataset: Dataset, id: int, seen: str, said: Said, user_id: int | None = None) -> None:
    """Replace what is said in a row. Saying the same again is no step. Raises DataError."""
    draft, record = _seen(house, dataset, id, seen)
    changed = with_turns(record, said.turns, said.places)
    if changed != record:
        _do(house, draft, "edit", [{"id": id, "record": changed}], user_id)


def split(house: Any, dataset: Dataset, id: int, seen: str, said: Said, at: int, user_id: int | None = None) -> None:
    """Make two rows of one: what is said before message `at` (from 1), and the rest. Raises DataError."""
    draft, record = _seen(house, dataset, id, seen)
    if is_pair(record) or not 0 < at < len(said.turns):
        raise DataError(Message("Only a conversation with several messages can be split."))
    first, second = (with_turns(record, part.turns, part.places) for part in (said.part(0, at), said.part(at)))
    behind = {"id": draft.last_id + 1, "record": second, "after": id, "origin": draft.origins.get(id) or id}
    _do(house, draft, "split", [{"id": id, "record": first}, behind], user_id)


def delete(house: Any, dataset: Dataset, id: int, seen: str, user_id: int | None = None) -> None:
    draft, _ = _seen(house, dataset, id, seen)
    _do(house, draft, "delete", [{"id": id, "record": None}], user_id)


def restore(house: Any, dataset: Dataset, id: int, user_id: int | None = None) -> None:
    """Bring a row that was deleted in this draft back as it was before. Raises DataError."""
    draft = load(house, dataset)
    if draft.rows.get(id, 0) is not None:
        raise DataError(GONE)
    record = draft.deleted.get(id) or of_version(house, draft.version, id)
    _do(house, draft, "restore", [{"id": id, "record": record}], user_id)


def add(house: Any, dataset: Dataset, said: Said, user_id: int | None = None) -> int:
    """Add a row at the start. Returns its id. Raises DataError."""
    draft = load(house, dataset)
    with versions.opened(house, draft.version) as rows:
        pattern = _pattern(rows)
    id = draft.last_id + 1
    _do(house, draft, "add", [{"id": id, "record": with_turns(pattern, said.turns, said.places), "after": 0}], user_id)
    return id


def _pattern(rows: Rows) -> Record:
    return {"prompt": "", "completion": ""} if is_pair(json.loads(rows.line(0))) else {"messages": []}


def _play(draft: Draft, kind: str, change: dict[str, Any]) -> None:
    id = change["id"]
    if "after" in change:
        draft.new[id] = change["after"]
        draft.origins[id] = change.get("origin", 0)
    if change["record"] is None and draft.rows.get(id) is not None:
        draft.deleted[id] = draft.rows[id]
    draft.rows[id] = change["record"]
    draft.kinds[id] = kind


def _seen(house: Any, dataset: Dataset, id: int, seen: str) -> tuple[Draft, Record]:
    """The draft and the row, if the row is what the person had in front of them."""
    draft = load(house, dataset)
    record = current(house, draft, id)
    if record is None or mark(record) != seen:
        raise DataError(dataset_versions.CHANGED)
    return draft, record


def _do(house: Any, draft: Draft, kind: str, changes: list[dict[str, Any]], user_id: int | None) -> None:
    # The token of the draft as it was read: what came in between makes this step look at the rows again.
    dataset_versions.add_step(
        house.store, draft.version.dataset_id, draft.version.number, draft.token, kind=kind, changes=changes, created_by=user_id
    )
