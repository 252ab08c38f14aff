"""ZIP files, read in memory within limits. Names are only compared, never used as paths."""

from __future__ import annotations

import io
import zipfile
import zlib
from dataclasses import dataclass
from functools import cached_property
from typing import Iterator

from chatbot.records import DataError, Message

MOST_ENTRIES = 20_000
MOST_UNPACKED = 200_000_000  # bytes of all entries together
MOST_IN_ENTRY = 50_000_000  # bytes
DEEPEST = 20  # folders in folders
CHUNK = 1 << 16
JUNK = ("__MACOSX", ".DS_Store", "Thumbs.db", ".git")


@dataclass(frozen=True)
class Archive:
    """The files in a ZIP whose names are safe; `unsafe` counts the others."""

    name: str
    content: bytes

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(self._entries)

    @cached_property
    def unsafe(self) -> int:
        return sum(not _is_safe(entry.filename) for entry in self._all)

    def read(self, name: str) -> bytes:
        """One file, unpacked. Raises DataError when it is larger than it may be, locked or damaged."""
        entry = self._entries[name]
        if entry.flag_bits & 1:
            raise DataError(Message("%(name)s is locked with a password. Unpack it, or save it without one.", name=self.name))
        try:
            with self._zip.open(entry) as file:
                return self._within_limit(name, iter(lambda: file.read(CHUNK), b""))
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError) as error:
            raise DataError(
                Message("%(name)s is damaged or cut off: “%(entry)s” cannot be unpacked. Make it again.", name=self.name, entry=name)
            ) from error

    def ending(self, *endings: str) -> Iterator[str]:
        """Names that end so, without regard to letter case."""
        return (name for name in self.names if name.lower().endswith(endings))

    @cached_property
    def _zip(self) -> zipfile.ZipFile:
        try:
            return zipfile.ZipFile(io.BytesIO(self.content))
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
            raise DataError(Message("%(name)s is no ZIP file, or it is cut off. Make it again.", name=self.name)) from error

    @cached_property
    def _all(self) -> list[zipfile.ZipInfo]:
        entries = [entry for entry in self._zip.infolist() if not entry.is_dir()]
        if len(entries) > MOST_ENTRIES or sum(entry.file_size for entry in entries) > MOST_UNPACKED:
            raise DataError(
                Message(
                    "%(name)s unpacks to more than %(mb)s MB or %(n)s files. Split it.",
                    name=self.name,
                    mb=MOST_UNPACKED // 1_000_000,
                    n=MOST_ENTRIES,
                )
            )
        return entries

    @cached_property
    def _entries(self) -> dict[str, zipfile.ZipInfo]:
        kept = (entry for entry in self._all if _is_safe(entry.filename) and not any(part in entry.filename for part in JUNK))
        return {_readable(entry): entry for entry in kept}

    def _within_limit(self, name: str, chunks: Iterator[bytes]) -> bytes:
        """What an entry says about its size may be a lie, so what comes out is counted."""
        unpacked = io.BytesIO()
        for chunk in chunks:
            unpacked.write(chunk)
            if unpacked.tell() > MOST_IN_ENTRY:
                raise DataError(
                    Message(
                        "In %(name)s “%(entry)s” unpacks to more than %(mb)s MB. Split it.",
                        name=self.name,
                        entry=name,
                        mb=MOST_IN_ENTRY // 1_000_000,
                    )
                )
        return unpacked.getvalue()


def _is_safe(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return not (name.startswith(("/", "\\")) or ".." in parts or ":" in parts[0] or len(parts) > DEEPEST)


def _readable(entry: zipfile.ZipInfo) -> str:
    """Names without the UTF-8 flag are CP437 by the standard; Chinese Windows writes GBK there."""
    if entry.flag_bits & 0x800:
        return entry.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return entry.filename.encode("cp437").decode(encoding)
        except (UnicodeDecodeError, UnicodeEncodeError):
            continue
    return entry.filename
