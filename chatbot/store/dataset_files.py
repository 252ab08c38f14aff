"""The bytes of datasets: files in `<home>/datasets/<id>/`, written whole or not at all."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from pathlib import Path
from typing import BinaryIO, Iterable, Sequence

from chatbot.records import DataError, Message

NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
BLOCK = 1 << 20
FULL = Message("The disk is full, so nothing was saved. Free some space and try again.")


def folder(home: Path, dataset_id: str) -> Path:
    return home / "datasets" / dataset_id


def save(place: Path, files: Sequence[tuple[str, Iterable[bytes]]]) -> None:
    """Write all of `files`, each a name and blocks of bytes, into the folder `place`. A name that exists is replaced.

    Nothing changes before every byte is on the disk. Raises DataError when the disk is full."""
    place.mkdir(parents=True, exist_ok=True)
    parts = [(place / f"{name}.part", place / name, content) for name, content in files]
    try:
        for part, _, content in parts:
            _write(part, content)
        for part, final, _ in parts:
            os.replace(part, final)
        sync_folder(place)
    except OSError as error:
        for part, _, _ in parts:
            part.unlink(missing_ok=True)
        if error.errno in NO_SPACE:
            raise DataError(FULL) from error
        raise


def keep(place: Path, name: str, stream: BinaryIO) -> str:
    """Write what `stream` holds into the folder `place`, whole or not at all. Returns its sha256.

    Raises DataError when the disk is full."""
    place.mkdir(parents=True, exist_ok=True)
    part, digest = place / f"{name}.part", hashlib.sha256()
    try:
        with open(part, "wb") as file:
            while block := stream.read(BLOCK):
                digest.update(block)
                file.write(block)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, place / name)
        sync_folder(place)
    except OSError as error:
        part.unlink(missing_ok=True)
        if error.errno in NO_SPACE:
            raise DataError(FULL) from error
        raise
    return digest.hexdigest()


def take_over(place: Path, made: Path) -> None:
    """Move all files of the folder `made` into `place`. A name that exists is replaced; done twice, it does no harm."""
    for path in made.iterdir() if made.exists() else ():
        os.replace(path, place / path.name)
    sync_folder(place)


def remove(home: Path, dataset_id: str) -> None:
    """Delete a dataset's folder; one that is gone already is no error."""
    place = folder(home, dataset_id)
    if place.exists():
        shutil.rmtree(place)


def files(home: Path, dataset_id: str) -> list[Path]:
    """The dataset's files, sorted by name; unfinished ones, and folders of work that goes on, are left out."""
    place = folder(home, dataset_id)
    return sorted(path for path in place.glob("*") if path.is_file() and path.suffix != ".part")


def _write(path: Path, blocks: Iterable[bytes]) -> None:
    with open(path, "wb") as file:
        file.writelines(blocks)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(path: Path) -> None:
    """Make sure that what was named in a folder is there after a power cut, too."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
