"""A file to be read: its bytes, and what they are as text, as a JSON document or as an archive, each found out once."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from chatbot.data.archive import Archive
from chatbot.data.source import Source, Told, nobody, open_text
from chatbot.records import DataError, Message

MAGIC = (
    (b"PK\x03\x04", Message("a ZIP or Excel")),
    (b"PAR1", Message("a Parquet")),
    (b"%PDF", Message("a PDF")),
    (b"\x89PNG", Message("an image")),
    (b"\xff\xd8\xff", Message("an image")),
    (b"\x1f\x8b", Message("a compressed")),
    (b"\xd0\xcf\x11\xe0", Message("an old Office")),
)


@dataclass(frozen=True)
class File:
    """`encoding` is the one that a person chose; empty when it is to be found out. `told` hears how far reading is."""

    name: str
    content: bytes
    encoding: str = ""
    told: Told = field(default=nobody, compare=False, repr=False)

    @cached_property
    def source(self) -> Source:
        """The file as text. Raises DataError when it is none."""
        for magic, kind in MAGIC:
            if self.content.startswith(magic):
                raise DataError(
                    Message(
                        "%(name)s is not a text file but %(kind)s file. Give it its right ending, or export the dialogues "
                        "as CSV in UTF-8, and try again.",
                        name=self.name,
                        kind=kind,
                    )
                )
        return replace(open_text(self.name, self.content, self.encoding), told=self.told)

    @property
    def source_if_read(self) -> Source | None:
        """The text, if a reader needed it."""
        return self.__dict__.get("source")

    @property
    def warnings(self) -> tuple[Message, ...]:
        """What is to be said about its encoding, if it was read as text."""
        return self.source_if_read.warnings if self.source_if_read else ()

    @cached_property
    def document(self) -> Any:
        """The file as one JSON value; None when it is not exactly one."""
        try:
            return json.loads(self.source.text())
        except (ValueError, RecursionError):
            return None

    @cached_property
    def archive(self) -> Archive:
        if not self.content:
            raise DataError(Message("%(name)s is empty. Choose a file with dialogues in it.", name=self.name))
        return Archive(self.name, self.content)

    def inside(self, name: str) -> File:
        """A file of the archive. Raises DataError."""
        number, n = self._opened.setdefault(name, len(self._opened)), len(self.archive.names)
        self.told(number / n, 0)
        return File(name, self.archive.read(name), self.encoding, lambda share, rows: self.told((number + share) / n, rows))

    @cached_property
    def _opened(self) -> dict[str, int]:
        """Files of the archive in the order in which they were opened first."""
        return {}


def extension_of(name: str) -> str:
    return "".join(name.lower().rpartition(".")[1:])
