"""The bytes of datasets: files in `<home>/datasets/<id>/`, written whole or not at all."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path
from typing import Sequence

from chatbot.records import DataError, Message

NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
FULL = Message("The disk is full, so nothing was saved. Free some space and try again.")


def folder(home: Path, dataset_id: str) -> Path:
    return home / "datasets" / dataset_id


def save(place: Path, files: Sequence[tuple[str, bytes]]) -> None:
    """Write all of `files` into the folder `place`. A name that exists is replaced.

    Nothing changes before every byte is on the disk. Raises DataError when the disk is full."""
    place.mkdir(parents=True, exist_ok=True)
    parts = [(place / f"{name}.part", place / name, content) for name, content in files]
    try:
        for part, _, content in parts:
            _write(part, content)
        for part, final, _ in parts:
            os.replace(part, final)
        _sync_folder(place)
    except OSError as error:
        for part, _, _ in parts:
            part.unlink(missing_ok=True)
        if error.errno in NO_SPACE:
            raise DataError(FULL) from error
        raise


def remove(home: Path, dataset_id: str) -> None:
    """Delete a dataset's folder; one that is gone already is no error."""
    place = folder(home, dataset_id)
    if place.exists():
        shutil.rmtree(place)


def files(home: Path, dataset_id: str) -> list[Path]:
    """The dataset's files, sorted by name; unfinished ones are left out."""
    place = folder(home, dataset_id)
    return sorted(path for path in place.iterdir() if path.suffix != ".part") if place.is_dir() else []


def _write(path: Path, content: bytes) -> None:
    with open(path, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
