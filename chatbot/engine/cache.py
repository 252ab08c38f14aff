"""Files that are made once and can be made again: built by one process at a time, and again when they are damaged."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

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


def remember(path: Path, source: Path, compute: Callable[[], dict], keys: set[str]) -> dict:
    """`compute()` about `source`, a dict of `keys`, kept in the JSON file `path` until `source` changes."""
    known = _read(path)
    facts = known.get("facts")
    if known.get("identity") != identity(source) or known.get("sum") != _sum(facts) or set(facts) != keys:
        path.parent.mkdir(parents=True, exist_ok=True)
        facts = compute()
        shelf.write_json(path, {"identity": identity(source), "facts": facts, "sum": _sum(facts)})
    return facts


def _read(path: Path) -> dict[str, Any]:
    """A JSON object of the cache; empty if there is none, or none that can be read."""
    try:
        known = shelf.read_json(path)
    except (FileNotFoundError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def _sum(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def build_once(target: Path, build: Callable[[Path], None]) -> Path:
    """The file or folder `target`, made by `build(draft)` if it is not there, or not as it was built."""
    if _is_whole(target):
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    with shelf.lock(target.with_name(f".{target.name}.lock"), _PATIENCE):
        if not _is_whole(target):
            draft = target.with_name(f".{target.name}.draft")
            remove(draft)
            build(draft)
            sync_tree(draft)
            remove(target)
            draft.rename(target)
            shelf.write_json(_sums_file(target), _sums(target))  # the last file written means done
    return target


def _sums_file(target: Path) -> Path:
    return target.with_name(f"{target.name}.sums")


def _sums(path: Path) -> dict[str, str]:
    """The sha256 of a file, or of every file in a folder."""
    return {str(member.relative_to(path)): sha256_of(member) for member in _members(path) if member.is_file()}


def _is_whole(target: Path) -> bool:
    return target.exists() and _read(_sums_file(target)) == _sums(target)


def _members(path: Path) -> list[Path]:
    return [*path.rglob("*"), path] if path.is_dir() else [path]


def sync_tree(path: Path) -> None:
    """Flush a file, or a folder and everything in it, to the disk."""
    for member in _members(path):
        descriptor = os.open(member, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def remove(path: Path) -> None:
    """Remove a file or a folder, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
