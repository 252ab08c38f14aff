"""Making the next version: of the draft, or of the same rows divided anew."""

from __future__ import annotations

import json
from typing import Any, Iterator

from chatbot.data.parts import Shares
from chatbot.flows import draft as drafts
from chatbot.flows import versions
from chatbot.flows.draft import Draft
from chatbot.flows.version_writer import ADDED, EDITED, NO_FILE, SPLIT, NewRow, write
from chatbot.records import DataError, Message
from chatbot.store import dataset_versions, version_files
from chatbot.store.tables import Dataset
from chatbot.store.tables.data import DatasetVersion
from chatbot.store.version_files import Rows

LONGEST_NOTE = 200


def save(house: Any, dataset: Dataset, token: str, note: str, shares: Shares, user_id: int | None = None) -> DatasetVersion:
    """Write the draft as the next version. `token` is that of the draft the person saw; `note` says what was done.

    Raises DataError when something changed meanwhile, when there is nothing to save, and when the disk is full."""
    draft = drafts.load(house, dataset)
    with versions.alone(house, dataset.id):
        draft = drafts.load(house, dataset)
        old, number = draft.version, draft.version.number + 1
        if draft.token != token:
            raise DataError(dataset_versions.CHANGED)
        if not draft.rows and shares == versions.shares_of(old):
            raise DataError(Message("Nothing has changed since version %(n)s.", n=old.number))
        with versions.opened(house, old) as rows:
            new = _rows(draft, rows, number, keep_parts=shares == versions.shares_of(old))
            written = write(version_files.folder(house.settings.home, dataset.id, number), new, shares)
        said = Message(note.strip()[:LONGEST_NOTE].replace("%", "%%")) if note.strip() else summary(draft)
        facts = {name: value for name, value in old.facts.items() if name not in ("shares", "parts")}
        return versions.record(
            house, dataset, number, written, said, shares, token, parent=old.number, last_id=draft.last_id, created_by=user_id, facts=facts
        )


def summary(draft: Draft) -> Message:
    """What a draft does, as a sentence."""
    counts = draft.counts
    if not draft.rows:
        return Message("Divided anew into training, validation and test")
    return Message("%(edited)s edited, %(added)s added, %(deleted)s deleted", **{name: counts[name] for name in ("edited", "added", "deleted")})


def _rows(draft: Draft, rows: Rows, number: int, keep_parts: bool) -> Iterator[NewRow]:
    names = ("id", "file", "line", "part", "changed", "change", "origin")
    known = zip(*(rows.index[name].tolist() for name in names))
    followers = draft.followers()
    home = {}  # where rows came from, for those split off them
    yield from _added(draft, followers.get(0, ()), number, home)
    for values, line in zip(known, rows.lines()):
        fields = dict(zip(names, values))
        if not keep_parts:
            fields["part"] = None
        id = fields["id"]
        if id in draft.origins.values():
            home[id] = fields["file"], fields["line"]
        if id not in draft.rows:
            yield NewRow(json.loads(line), **fields)
        elif draft.rows[id] is not None:
            before = json.loads(line)
            if before != draft.rows[id]:
                fields |= {"changed": number, "change": EDITED}
            yield NewRow(draft.rows[id], **fields)
        yield from _added(draft, followers.get(id, ()), number, home)


def _added(draft: Draft, ids: Any, number: int, home: dict[int, tuple[int, int]]) -> Iterator[NewRow]:
    for id in ids:
        origin = draft.origins[id]
        file, line = home.get(origin, (NO_FILE, 0))
        if draft.rows[id] is not None:
            yield NewRow(draft.rows[id], id, file, line, changed=number, change=SPLIT if origin else ADDED, origin=origin)
