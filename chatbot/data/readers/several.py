"""A ZIP of files that could also be uploaded one by one, such as a folder of transcripts."""

from __future__ import annotations

from typing import Callable

from chatbot.data.file import File, extension_of
from chatbot.data.reading import Table
from chatbot.records import DataError, Message

READABLE = (".csv", ".tsv", ".txt", ".log", ".md", ".json", ".jsonl", ".ndjson", ".xlsx", ".parquet", ".srt", ".vtt", ".ass")
README = ("readme", "license")


def read(file: File, table_of: Callable[[File], Table]) -> Table:
    """The only file, or all of them when they have the same columns; each file of a log is a conversation of its own.
    Raises DataError."""
    names = [name for name in file.archive.ending(*READABLE) if not name.lower().rpartition("/")[2].startswith(README)]
    if not names:
        raise DataError(
            Message("%(name)s holds no file that can be read. Pack a bot's export, or files with dialogues.", name=file.name)
        )
    tables = [table_of(file.inside(name)) for name in sorted(names)]
    first, *others = tables
    for name, table in zip(sorted(names)[1:], others):
        if table.columns != first.columns:
            raise DataError(
                Message(
                    "In %(name)s the files have different columns, first in “%(entry)s”. Upload them one by one.",
                    name=file.name,
                    entry=name,
                )
            )
    if others and first.columns[:1] == ["conversation"]:
        tables = [_numbered(number, table) for number, table in enumerate(tables)]
    return Table(
        first.columns,
        [row for table in tables for row in table.rows],
        [line for table in tables for line in table.lines],
        extension_of(file.name)[1:].upper(),
        [warning for table in tables for warning in table.warnings],
        [rejected for table in tables for rejected in table.rejected],
    )


def _numbered(number: int, table: Table) -> Table:
    rows = [(f"{number}/{row[0]}", *row[1:]) for row in table.rows]
    return Table(table.columns, rows, table.lines, table.conversion, table.warnings, table.rejected)
