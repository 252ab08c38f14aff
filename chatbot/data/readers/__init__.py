"""Readers, one small file each, found by the file's extension. To add a format: write a reader, add a line here."""

from __future__ import annotations

from dataclasses import replace
from typing import Callable

from chatbot.data.mapping import Mapping
from chatbot.data.reading import Reading, Table
from chatbot.data.readers import delimited, excel, json_lines, plain
from chatbot.data.shape import shape
from chatbot.data.source import Source, open_text
from chatbot.records import DataError, Message

TEXT_READERS: dict[str, Callable[[Source], Table]] = {
    ".csv": delimited.read_csv,
    ".tsv": delimited.read_tsv,
    ".txt": plain.read_txt,
    ".json": json_lines.read_json,
    ".jsonl": json_lines.read_jsonl,
}
EXTENSIONS = (*TEXT_READERS, ".xlsx")
MAGIC = (
    (b"PK\x03\x04", Message("a ZIP or Excel")),
    (b"%PDF", Message("a PDF")),
    (b"\x89PNG", Message("an image")),
    (b"\xff\xd8\xff", Message("an image")),
    (b"\x1f\x8b", Message("a compressed")),
    (b"\xd0\xcf\x11\xe0", Message("an old Office")),
)


def read(name: str, content: bytes, mapping: Mapping = Mapping()) -> Reading:
    """Read a file of any known format. Raises DataError with one sentence that says what to do."""
    extension = "".join(name.lower().rpartition(".")[1:])
    if extension == ".xlsx":
        return shape(name, excel.read_xlsx(name, content), mapping)
    if extension not in TEXT_READERS:
        raise DataError(
            Message(
                "%(name)s has a format that cannot be read. Save it as one of %(formats)s and try again.",
                name=name,
                formats=", ".join(EXTENSIONS),
            )
        )
    _refuse_binary(name, content)
    source = open_text(name, content)
    reading = shape(name, TEXT_READERS[extension](source), mapping)
    return replace(reading, encoding=source.encoding, warnings=(*source.warnings, *reading.warnings))


def _refuse_binary(name: str, content: bytes) -> None:
    for magic, kind in MAGIC:
        if content.startswith(magic):
            raise DataError(
                Message(
                    "%(name)s is not a text file but %(kind)s file. Export the dialogues as CSV in UTF-8 and try again.",
                    name=name,
                    kind=kind,
                )
            )
