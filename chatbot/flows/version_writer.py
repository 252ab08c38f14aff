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
        self._asked, self._answers = array("q"), array("q")
        self._place = NO_FILE, 0

    def meet(self, row: NewRow) -> None:
        """Take a row in."""
        for hashes, text in zip((self._asked, self._answers), asked_and_answered(row.record)):
            hashes.append(hash(text))
        of_same_row = [] if row.line else [hash((NO_FILE, row.origin or row.id))]
        goes_on = bool(row.line) and (row.file, row.line) == self._place  # what comes from one line stands together
        self._place = row.file, row.line
        self.groups.add([*map(hash, question_keys(row.record)), *of_same_row], goes_on)

    def warnings(self) -> np.ndarray:
        """What can be said of each row now that all are known, as bits of FLAGS."""
        first, answers = parts.first_alike(np.asarray(self._asked)), np.asarray(self._answers)
        same = answers == answers[first]
        disputed = np.zeros(len(first), bool)
        disputed[first[~same]] = True
        repeated = same & (first != np.arange(len(first)))
        return repeated * np.uint8(FLAGS["repeated"]) | disputed[first] * np.uint8(FLAGS["contradicts"])


def write(place: Path, rows: Iterable[NewRow], shares: Shares | None) -> Written:
    """Write a version into the folder `place`. `shares` None: what is usual for so many rows.

    Raises DataError when there are no rows, and when the disk is full."""
    company, known = Company(), array("b")
    with version_files.Writer(place) as writer:
        for row in rows:
            company.meet(row)
            line, text, warnings = line_of(row.record), searchable(row.record), own_warnings(row.record)
            writer.add(line, text, row.id, row.file, row.line, warnings, row.changed, row.change, row.origin)
            known.append(parts.UNKNOWN if row.part is None else row.part)
        if not known:
            raise DataError(Message("No rows are left. Bring one back, or add one."))
        index = writer.index
        index["warnings"] |= company.warnings()
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
