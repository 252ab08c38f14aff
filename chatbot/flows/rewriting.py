"""Rows that lie on the disk already, written as another version: a version with changes, several versions as one.

Each function is a task (see `aside`). Many rows are written in a process of its own, few at once, without the second that
it takes to start one."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Callable, Iterator, Sequence

from chatbot.data.parts import Shares
from chatbot.data.rows import Record, as_chat, asked_and_answered, is_pair, turns
from chatbot.flows import aside
from chatbot.flows.aside import Tell
from chatbot.flows.version_writer import ADDED, EDITED, NO_FILE, SPLIT, NewRow, write
from chatbot.records import Message
from chatbot.store.version_files import Rows

FEW = 20_000  # rows that are written at once
MOST_SHOWN = 10
WRITING = Message("Writing the rows")


@dataclass(kw_only=True)
class Changes:
    """What differs from a version. `rows` are touched rows as they are now (None: deleted). `new` are those that are not in
    the version, with the row each stands behind (0: at the start); `origins` says what they were split from (0: nothing)."""

    rows: dict[int, Record | None] = field(default_factory=dict)
    new: dict[int, int] = field(default_factory=dict)
    origins: dict[int, int] = field(default_factory=dict)

    def followers(self) -> dict[int, list[int]]:
        """New rows by the row of the version (0: the start) that they stand behind, in order."""
        behind: dict[int, list[int]] = {}
        for id, anchor in self.new.items():
            behind.setdefault(anchor, []).insert(0, id)  # what came later was put right behind the anchor

        def line(anchor: int) -> list[int]:
            return [id for each in behind.get(anchor, []) for id in (each, *line(each))]

        return {anchor: line(anchor) for anchor in behind if anchor not in self.new}

    def as_json(self) -> dict[str, Any]:
        return {name: list(getattr(self, name).items()) for name in ("rows", "new", "origins")}


def done(house: Any, place: Path, n_rows: int, task: Callable[..., Any], **arguments: Any) -> Any:
    """The result of a task of this file, done in a folder of its own in `place` if there are many rows. Raises DataError."""
    if n_rows <= FEW:
        return task(place, lambda part, share, rows=0: None, **arguments)
    limits = aside.Limits(house.settings.reading_memory_mb, house.settings.reading_minutes * 60)
    return aside.result(place / f"rewriting-{secrets.token_hex(8)}", f"{__name__}:{task.__name__}", arguments, limits)


def change(made: Path, tell: Tell, old: str, new: str, number: int, keep_parts: bool, shares: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Write version `number` into the folder `new`: that in `old` with changes. Returns what was `Written`."""
    known = Changes(**{name: dict(pairs) for name, pairs in changes.items()})
    with Rows(Path(old)) as rows:
        return asdict(write(Path(new), _changed(known, rows, number, keep_parts, tell), Shares(**shares)))


def look(made: Path, tell: Tell, versions: Sequence[str]) -> dict[str, Any]:
    """How many rows of the versions in these folders repeat an earlier one, and the first: [which version, turns]."""
    n_repeated, shown = 0, []
    for which, record, *_, repeated in _together(versions):
        n_repeated += repeated
        if repeated and len(shown) < MOST_SHOWN:
            shown.append([which, [(turn.role, turn.text) for turn in turns(record)]])
    return {"n_repeated": n_repeated, "shown": shown}


def merge(made: Path, tell: Tell, versions: Sequence[str], n_files: Sequence[int], new: str, drop: bool) -> dict[str, Any]:
    """Write the versions as one into the folder `new`, without repeated rows if `drop`. Returns what was `Written`."""

    def rows() -> Iterator[NewRow]:
        id = 0
        for which, record, file, line, repeated in _together(versions):
            if not (repeated and drop):
                id += 1
                tell(WRITING, 0, id)
                yield NewRow(record, id, NO_FILE if file == NO_FILE else sum(n_files[:which]) + file, line)

    return asdict(write(Path(new), rows(), None))


def _changed(changes: Changes, rows: Rows, number: int, keep_parts: bool, tell: Tell) -> Iterator[NewRow]:
    names = ("id", "file", "line", "part", "changed", "change", "origin")
    known = zip(*(rows.index[name].tolist() for name in names))
    followers, split = changes.followers(), set(changes.origins.values())
    home: dict[int, tuple[int, int]] = {}  # where rows came from, for those split off them
    yield from _added(changes, followers.get(0, ()), number, home)
    for done_so_far, (values, line) in enumerate(zip(known, rows.lines()), 1):
        tell(WRITING, done_so_far / len(rows), done_so_far)
        fields = dict(zip(names, values))
        if not keep_parts:
            fields["part"] = None
        id = fields["id"]
        if id in split:
            home[id] = fields["file"], fields["line"]
        if id not in changes.rows:
            yield NewRow(json.loads(line), **fields)
        elif changes.rows[id] is not None:
            if json.loads(line) != changes.rows[id]:
                fields |= {"changed": number, "change": EDITED}
            yield NewRow(changes.rows[id], **fields)
        yield from _added(changes, followers.get(id, ()), number, home)


def _added(changes: Changes, ids: Sequence[int], number: int, home: dict[int, tuple[int, int]]) -> Iterator[NewRow]:
    for id in ids:
        origin, record = changes.origins[id], changes.rows[id]
        file, line = home.get(origin, (NO_FILE, 0))
        if record is not None:
            yield NewRow(record, id, file, line, changed=number, change=SPLIT if origin else ADDED, origin=origin)


def _together(versions: Sequence[str]) -> Iterator[tuple[int, Record, int, int, bool]]:
    """Every row: which version, the row, its file there, its line, whether it repeats an earlier one."""
    seen: set[int] = set()
    same = _all_pairs(versions)
    for which, place in enumerate(versions):
        with Rows(Path(place)) as rows:
            for line, file, at in zip(rows.lines(), rows.index["file"].tolist(), rows.index["line"].tolist()):
                record = json.loads(line)
                record = record if same else as_chat(record)
                key = hash(asked_and_answered(as_chat(record)))
                yield which, record, file, at, key in seen
                seen.add(key)


def _all_pairs(versions: Sequence[str]) -> bool:
    for place in versions:
        with Rows(Path(place)) as rows:
            if not is_pair(json.loads(rows.line(0))):
                return False
    return True
