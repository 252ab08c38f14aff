"""Writing the rows of a version: their text for searching, what is odd about them, which part each one belongs to."""

from __future__ import annotations

import secrets
from array import array
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Callable, Iterable, Iterator

import numpy as np

from chatbot.data import parts
from chatbot.data.chat_lines import from_dialogue
from chatbot.data.parts import PARTS, Shares
from chatbot.data.places import placed
from chatbot.data.reading import Reading
from chatbot.data.rows import FLAGS, Record, asked_and_answered, line_of, own_warnings, question_keys, searchable
from chatbot.flows.prepare import Inspection
from chatbot.records import DataError, Message
from chatbot.store import version_files

NO_FILE = -1  # written in the browser
AS_READ, EDITED, SPLIT, ADDED = range(4)  # what a version did to a row


@dataclass(frozen=True)
class NewRow:
    """A row on its way into a version; see `version_files.FIELDS`. `part` is known for rows of an earlier version."""

    record: Record
    id: int
    file: int
    line: int
    part: int | None = None
    changed: int = 0
    change: int = AS_READ
    origin: int = 0


@dataclass(frozen=True)
class Written:
    """What lies on the disk now: the fingerprint, and rows in each part."""

    sha256: str
    n_rows: int
    parts: dict[str, int]


class Company:
    """Looks at all rows together: which repeat another, which contradict one, which belong together."""

    def __init__(self) -> None:
        self.groups = parts.Groups()
        self._asked = array("q")
        self._answers: dict[int, int] = {}
        self._disputed: set[int] = set()
        self._place = NO_FILE, 0

    def meet(self, row: NewRow) -> int:
        """Take a row in. Returns its warnings as far as they can be told now."""
        asked, answer = map(hash, asked_and_answered(row.record))
        repeated = self._answers.get(asked) == answer
        self._asked.append(asked)
        if self._answers.setdefault(asked, answer) != answer:
            self._disputed.add(asked)
        of_same_row = [] if row.line else [hash((NO_FILE, row.origin or row.id))]
        goes_on = bool(row.line) and (row.file, row.line) == self._place  # what comes from one line stands together
        self._place = row.file, row.line
        self.groups.add([*map(hash, question_keys(row.record)), *of_same_row], goes_on)
        return own_warnings(row.record) | repeated * FLAGS["repeated"]

    def contradicting(self) -> np.ndarray:
        return np.fromiter((asked in self._disputed for asked in self._asked), bool)


def write(place: Path, rows: Iterable[NewRow], shares: Shares | None) -> Written:
    """Write a version into the folder `place`. `shares` None: what is usual for so many rows.

    Raises DataError when there are no rows, and when the disk is full."""
    company, known = Company(), []
    with version_files.Writer(place) as writer:
        for row in rows:
            line, text, warnings = line_of(row.record), searchable(row.record), company.meet(row)
            writer.add(line, text, row.id, row.file, row.line, warnings, row.changed, row.change, row.origin)
            known.append(row.part)
        if not known:
            raise DataError(Message("No rows are left. Bring one back, or add one."))
        index = writer.index
        index["warnings"] |= company.contradicting() * np.uint8(FLAGS["contradicts"])
        index["part"] = parts.assign(company.groups.of_rows(), known, shares or parts.usual_shares(len(known)))
        counts = np.bincount(index["part"], minlength=len(PARTS)).tolist()
        return Written(writer.close(), len(known), dict(zip(PARTS, counts)))


def write_reading(place: Path, inspection: Inspection, on_row: Callable[[int], None] = lambda number: None) -> dict[str, Any]:
    """Write what was read from a file as a version into the folder `place`; `on_row` is told the number of each row.

    Returns, as JSON, what `versions.keep_reading` needs."""
    names: dict[str, int] = {}
    reading = inspection.reading

    def rows() -> Iterator[NewRow]:
        for id, (record, line) in enumerate(zip(_records(reading), reading.lines), 1):
            on_row(id)
            file, number = placed(inspection.name, line)
            yield NewRow(record, id, names.setdefault(file, len(names)), number)

    return {**asdict(write(place, rows(), None)), "names": list(names), "made": secrets.token_hex(8)}


def _records(reading: Reading) -> Iterable[Record]:
    if reading.kind == "pairs":
        return ({"prompt": prompt, "completion": completion} for prompt, completion in reading.pairs)
    return reading.records or map(from_dialogue, reading.dialogues)
