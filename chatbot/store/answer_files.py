"""The index of approved answers of each training, on disk: `<home>/answers/<job>/<n>/`, and `current` that names the folder.

A new index is written beside the old one; `current` is written last, and only then the old one goes.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, BinaryIO, Iterator, Mapping, Sequence

import numpy
from numpy.typing import NDArray

from chatbot.records import DataError, Example
from chatbot.store.dataset_files import FULL, NO_SPACE, sync_folder

FIELDS = ("question", "answer", "source")


def folder(home: Path, job_id: str) -> Path:
    return home / "answers" / job_id


def save(place: Path, examples: Sequence[Example], arrays: Mapping[str, NDArray], facts: Mapping[str, Any]) -> None:
    """Write an index; `facts` are kept with it. Raises DataError when the disk is full."""
    before = current(place)
    name = str(int(before["folder"]) + 1 if before else 1)
    shutil.rmtree(place / name, ignore_errors=True)  # of a writer that was killed
    (place / name).mkdir(parents=True)
    lines = (json.dumps([getattr(example, field) for field in FIELDS], ensure_ascii=False) + "\n" for example in examples)
    try:
        with _written(place / name / "examples.jsonl") as file:
            file.writelines(map(str.encode, lines))
        for key, array in arrays.items():
            with _written(place / name / f"{key}.npy") as file:
                numpy.save(SimpleNamespace(write=file.write), array)  # into a real file it would not tell that the disk is full
        sync_folder(place / name)
        with _written(place / "next") as file:
            file.write(json.dumps({**facts, "folder": name}).encode())
        os.replace(place / "next", place / "current")
        sync_folder(place)
    except OSError as error:
        shutil.rmtree(place / name, ignore_errors=True)
        if error.errno in NO_SPACE:
            raise DataError(FULL) from error
        raise
    if before:
        shutil.rmtree(place / before["folder"], ignore_errors=True)


def current(place: Path) -> dict[str, Any] | None:
    """The facts of the index that counts; None when there is none."""
    try:
        return json.loads((place / "current").read_text())
    except FileNotFoundError:
        return None


def stamp(place: Path) -> int | None:
    """Changes whenever another index counts; None when there is none."""
    try:
        return os.stat(place / "current").st_mtime_ns
    except FileNotFoundError:
        return None


def load(place: Path, facts: Mapping[str, Any]) -> tuple[list[Example], dict[str, NDArray]]:
    """What was saved with these facts. The arrays stay on the disk until they are read."""
    here = place / facts["folder"]
    with open(here / "examples.jsonl", encoding="utf-8") as lines:
        examples = [Example(**dict(zip(FIELDS, json.loads(line)))) for line in lines]
    return examples, {path.stem: numpy.load(path, mmap_mode="r") for path in here.glob("*.npy")}


def remove(place: Path) -> None:
    """Delete the index; one that is gone already is no error."""
    if place.exists():
        shutil.rmtree(place)


@contextmanager
def alone(place: Path, wait: bool = False) -> Iterator[bool]:
    """Whether nobody else works on this index, in any process; perhaps after a `wait`. A killed one lets go."""
    place.mkdir(parents=True, exist_ok=True)
    with open(place / "lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
        else:
            yield True


@contextmanager
def _written(path: Path) -> Iterator[BinaryIO]:
    """A new file, on the disk at the end."""
    with open(path, "wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())
