"""The bytes of datasets: `<home>/datasets/<id>/`, each file written whole or not at all."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path
from typing import BinaryIO, Callable

from chatbot.records import DataError, Message

NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
FULL = Message("The disk is full, so nothing was saved. Free some space and try again.")


def folder(home: Path, dataset_id: str) -> Path:
    return home / "datasets" / dataset_id


def save(path: Path, content: bytes) -> None:
    """Write `content` to `path` so that a crash leaves the old file or the new one. Raises DataError on a full disk."""
    _write(path, lambda file: file.write(content))


def save_stream(path: Path, source: BinaryIO) -> None:
    """Copy `source` to `path` with the promise of `save`."""
    _write(path, lambda file: shutil.copyfileobj(source, file, 1 << 20))


def remove(home: Path, dataset_id: str) -> None:
    shutil.rmtree(folder(home, dataset_id), ignore_errors=True)


def files(home: Path, dataset_id: str) -> list[Path]:
    """The dataset's files, sorted by name; unfinished ones are left out."""
    place = folder(home, dataset_id)
    return sorted(path for path in place.iterdir() if path.suffix != ".part") if place.is_dir() else []


def _write(path: Path, fill: Callable[[BinaryIO], object]) -> None:
    part = path.with_name(f"{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(part, "wb") as file:
            fill(file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
        _sync_folder(path.parent)
    except OSError as error:
        part.unlink(missing_ok=True)
        if error.errno in NO_SPACE:
            raise DataError(FULL) from error
        raise


def _sync_folder(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
