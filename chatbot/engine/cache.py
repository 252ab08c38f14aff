"""Files that are made once and can be made again: whole or not there, built by one process at a time."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from . import shelf

_PATIENCE = 1800.0  # seconds another process may take to build the same thing


def sha256_of(path: Path) -> str:
    """Hex sha256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def identity(path: Path) -> list:
    """What changes when a file is replaced: place, size in bytes, time of change in nanoseconds."""
    stat = path.stat()
    return [str(path), stat.st_size, stat.st_mtime_ns]


def remember(path: Path, source: Path, compute: Callable[[], dict]) -> dict:
    """`compute()` about `source`, kept in the JSON file `path` until `source` changes."""
    known = shelf.read_json(path) if path.exists() else {}
    if known.get("identity") != identity(source):
        path.parent.mkdir(parents=True, exist_ok=True)
        known = {"identity": identity(source), **compute()}
        shelf.write_json(path, known)
    return known


def build_once(target: Path, build: Callable[[Path], None]) -> Path:
    """The file or folder `target`, made by `build(draft)` if it is not there; a killed build leaves only a draft."""
    if target.exists():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    with shelf.lock(target.with_name(f".{target.name}.lock"), _PATIENCE):
        if not target.exists():
            draft = target.with_name(f".{target.name}.draft")
            remove(draft)
            build(draft)
            sync_tree(draft)
            draft.rename(target)
            shelf.sync_folder(target.parent)
    return target


def sync_tree(path: Path) -> None:
    """Flush a file, or a folder and everything in it, to the disk."""
    for member in [*path.rglob("*"), path] if path.is_dir() else [path]:
        descriptor = os.open(member, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def remove(path: Path) -> None:
    """Remove a file or a folder, if it is there."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
