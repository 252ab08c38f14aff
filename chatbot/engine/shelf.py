"""Files and folders that are either whole or not there: written aside, flushed to disk, renamed into place.

Locks are `flock`s, which the kernel frees when their holder dies. They are only ever tried, never waited
for in the kernel, so that one waiting request does not stop all others under gevent.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
import string
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Iterator

_LETTERS = string.ascii_letters + string.digits
_ASIDE = ".new-"


class Busy(Exception):
    """Somebody else holds the lock."""


def new_id(prefix: str, length: int = 24) -> str:
    """A name nobody can guess: `prefix` and `length` characters of base 62."""
    return prefix + "".join(secrets.choice(_LETTERS) for _ in range(length))


def sync_folder(folder: Path) -> None:
    """Make what was created, renamed or removed in `folder` survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write(path: Path, content: bytes) -> None:
    """Replace `path` by `content`, whole or not at all."""
    aside = path.with_name(f"{_ASIDE}{secrets.token_hex(8)}")
    try:
        with aside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(aside, path)
    finally:
        aside.unlink(missing_ok=True)
    sync_folder(path.parent)


def write_json(path: Path, value: Any) -> None:
    write(path, json.dumps(value, ensure_ascii=False, indent=1).encode())


def read_json(path: Path) -> Any:
    return json.loads(path.read_bytes())


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """A folder to fill, which appears as `path` at the end of the block, or never if the block fails."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f"{_ASIDE}{secrets.token_hex(8)}")
    aside.mkdir()
    try:
        yield aside
        sync_folder(aside)
        os.rename(aside, path)
        sync_folder(path.parent)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def remove_folder(path: Path) -> None:
    """Take `path` away at once; its content goes afterwards."""
    aside = path.with_name(f"{_ASIDE}{secrets.token_hex(8)}")
    os.rename(path, aside)
    sync_folder(path.parent)
    shutil.rmtree(aside, ignore_errors=True)


def folders(parent: Path) -> list[Path]:
    """The finished folders in `parent`, in the order of their names."""
    if not parent.is_dir():
        return []
    return sorted(path for path in parent.iterdir() if path.is_dir() and not path.name.startswith("."))


def sweep(parent: Path, older_than: float = 3600.0) -> None:
    """Remove what killed processes left half-written in `parent` more than `older_than` seconds ago."""
    for path in parent.glob(f"{_ASIDE}*"):
        if time.time() - path.stat().st_mtime < older_than:
            continue
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def append_line(path: Path, value: Any) -> None:
    """Add `value` as one line of JSON; a torn last line of a killed writer is closed first."""
    with path.open("ab+") as file:
        if file.tell() and _last_byte(file) != b"\n":
            file.write(b"\n")
        file.write(json.dumps(value, ensure_ascii=False).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def _last_byte(file: Any) -> bytes:
    file.seek(-1, os.SEEK_END)
    return file.read(1)


def read_lines(path: Path) -> list[Any]:
    """The whole lines of a file of JSON lines; a torn one was never acknowledged, so it does not count."""
    if not path.exists():
        return []
    return [value for value in map(_parse, path.read_bytes().split(b"\n")) if value is not None]


def _parse(line: bytes) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        return None


def try_lock(path: Path) -> int:
    """Take the lock file `path` and return its descriptor; closing that (or dying) frees it. Raises Busy."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise Busy(str(path)) from None
    return descriptor


@contextmanager
def lock(path: Path, patience: float = 0.0) -> Iterator[int]:
    """Hold the lock file `path`, trying for `patience` seconds. Raises Busy."""
    deadline = time.monotonic() + patience
    while True:
        try:
            descriptor = try_lock(path)
            break
        except Busy:
            if time.monotonic() >= deadline:
                raise
            time.sleep(0.05)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
