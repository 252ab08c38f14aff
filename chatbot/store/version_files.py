"""The files of one version of a dataset, in `<home>/datasets/<id>/versions/<number>/`; they never change.

rows.jsonl: the rows. texts.txt: the same as they are searched, one row a line. rows.npy: where each row lies in both,
its id, where it came from and what is known about it. The folder gets its name last, so it is there whole or not at all.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import struct
from bisect import bisect_right
from functools import cached_property
from pathlib import Path
from typing import Any, Iterable

import numpy as np

from chatbot.records import DataError, Message
from chatbot.store import dataset_files

ROWS, TEXTS, INDEX = "rows.jsonl", "texts.txt", "rows.npy"
FIELDS = np.dtype(
    [
        ("id", "i8"),  # the same in every version of the dataset
        ("start", "i8"),  # byte in rows.jsonl
        ("text", "i8"),  # byte in texts.txt
        ("hash", "u8"),  # of the line
        ("line", "i4"),  # of the file it came from
        ("file", "i4"),  # which of the version's files; -1: written in the browser
        ("part", "u1"),  # train | validation | test
        ("warnings", "u1"),  # bits
        ("changed", "i4"),  # the version that changed it last; 0: as it was read
        ("change", "u1"),  # what that version did to it
        ("origin", "i8"),  # the row it was split from; 0: none
    ]
)
PACKED = struct.Struct("<qqqQiiBBiBq")  # FIELDS, so that a million rows need no objects


def folder(home: Path, dataset_id: str, number: int) -> Path:
    return dataset_files.folder(home, dataset_id) / "versions" / str(number)


class Writer:
    """Writes a version: `add` every row, settle `index` (parts, warnings), then `close`.

    As a context manager it deletes what it wrote when something goes wrong, and says so when the disk is full."""

    def __init__(self, place: Path):
        self.place, self.part = place, place.with_name(f"{place.name}.part")
        self._digest, self._entries = hashlib.sha256(), bytearray()
        self._start = self._text = 0

    def __enter__(self) -> "Writer":
        shutil.rmtree(self.part, ignore_errors=True)
        self.part.mkdir(parents=True)
        self._rows, self._texts = open(self.part / ROWS, "wb"), open(self.part / TEXTS, "wb")
        return self

    def add(self, line: bytes, text: bytes, id: int, file: int, at: int, warnings: int, changed: int, change: int, origin: int) -> None:
        """Add a row: its line of JSONL, its text as it is searched, and the other fields of FIELDS; `at` is `line` there."""
        known = (id, self._start, self._text, fingerprint(line), at, file, 0, warnings, changed, change, origin)
        self._entries += PACKED.pack(*known)
        self._start += self._rows.write(line)
        self._text += self._texts.write(text + b"\n")
        self._digest.update(line)

    @cached_property
    def index(self) -> np.ndarray:
        """One entry a row; ask for it after the last `add`."""
        return np.frombuffer(self._entries, FIELDS)

    def close(self) -> str:
        """Put everything on the disk and give the folder its name. Returns the sha256 of the rows."""
        with open(self.part / INDEX, "wb") as file:
            np.save(file, self.index)
            self._settle(file)
        self._settle(self._rows), self._settle(self._texts)
        shutil.rmtree(self.place, ignore_errors=True)  # of a save that was killed before it counted
        os.replace(self.part, self.place)
        dataset_files.sync_folder(self.place.parent)
        return self._digest.hexdigest()

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        for file in (self._rows, self._texts):
            file.close()
        if error:
            shutil.rmtree(self.part, ignore_errors=True)
        if isinstance(error, OSError) and error.errno in dataset_files.NO_SPACE:
            raise DataError(dataset_files.FULL) from error

    def _settle(self, file: Any) -> None:
        file.flush()
        os.fsync(file.fileno())


class Rows:
    """A version opened for reading. Raises DataError when its files are gone."""

    def __init__(self, place: Path):
        self.place = place
        try:
            self.index = np.load(place / INDEX, mmap_mode="r")
            self._file = open(place / ROWS, "rb")
        except FileNotFoundError as error:
            raise DataError(Message("The files of this version are gone from the disk. Delete the dataset and upload it again.")) from error

    def __len__(self) -> int:
        return len(self.index)

    def __enter__(self) -> "Rows":
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def close(self) -> None:
        self._file.close()

    def line(self, place: int) -> bytes:
        """The row at `place` (from 0) as a line of JSONL."""
        self._file.seek(int(self.index["start"][place]))
        return self._file.readline()

    def lines(self) -> Iterable[bytes]:
        """All rows in order."""
        self._file.seek(0)
        return self._file

    def places(self, ids: Iterable[int]) -> dict[int, int]:
        """Where rows stand; ids that are not in this version are left out."""
        wanted, known = np.fromiter(ids, "i8"), np.asarray(self.index["id"])
        order = np.argsort(known, kind="stable")
        spots = np.searchsorted(known, wanted, sorter=order)
        return {int(each): int(order[spot]) for each, spot in zip(wanted, spots) if spot < len(known) and known[order[spot]] == each}

    def containing(self, text: bytes) -> np.ndarray:
        """Which rows hold a text (folded as the texts are), as one truth value a row."""
        texts, starts = (self.place / TEXTS).read_bytes(), self.index["text"].tolist()
        ends = [*starts[1:], len(texts)]
        found = np.zeros(len(starts), bool)
        at = texts.find(text)
        while at >= 0:
            row = bisect_right(starts, at) - 1
            found[row] = True
            at = texts.find(text, ends[row])
        return found


def take_over(made: Path, place: Path) -> None:
    """Move a version that was written elsewhere to where it belongs."""
    shutil.rmtree(place, ignore_errors=True)  # of a version that never came to count
    place.parent.mkdir(exist_ok=True)
    os.replace(made, place)
    dataset_files.sync_folder(place.parent)


def fingerprint(line: bytes) -> int:
    """64 bits of a row's line."""
    return int.from_bytes(hashlib.blake2b(line, digest_size=8).digest(), "big")
