"""A ZIP of files that could also be uploaded one by one, such as a folder of transcripts."""

from __future__ import annotations

from typing import Callable, Iterable, Sequence

from chatbot.data.file import File, extension_of
from chatbot.data.places import Place
from chatbot.data.reading import Rejected, Table
from chatbot.records import DataError, Message

READABLE = (
    ".csv", ".tsv", ".tab", ".txt", ".log", ".md", ".json", ".jsonl", ".ndjson", ".xlsx", ".xlsm", ".parquet", ".srt", ".vtt", ".ass", ".ssa",
)  # fmt: skip
README = ("readme", "license")
MOST_TOLD = 3  # files whose encodings are told


def read(file: File, table_of: Callable[[File], Table]) -> Table:
    """The only file, or all of them when they have the same columns; each file of a log is a conversation of its own.
    Raises DataError."""
    names = sorted(name for name in file.archive.ending(*READABLE) if not name.lower().rpartition("/")[2].startswith(README))
    if not names:
        raise DataError(
            Message("%(name)s holds no file that can be read. Pack a bot's export, or files with dialogues.", name=file.name)
        )
    whole, guesses = Table([], [], [], extension_of(file.name)[1:].upper()), []
    for number, name in enumerate(names):
        inner = file.inside(name)
        table = table_of(inner)
        if not number:
            whole.columns = table.columns
        elif table.columns != whole.columns:
            raise DataError(
                Message(
                    "In %(name)s the files have different columns, first in “%(entry)s”. Upload them one by one.",
                    name=file.name,
                    entry=name,
                )
            )
        is_log = len(names) > 1 and table.columns[:1] == ["conversation"]
        whole.rows += [(f"{number}/{row[0]}", *row[1:]) for row in table.rows] if is_log else table.rows
        whole.lines += [Place(name, line) for line in table.lines]  # type: ignore[operator]
        whole.rejected += [Rejected(Place(name, row.line), row.reason) for row in table.rejected]
        whole.warnings += table.warnings
        guesses.append(inner.warnings)
    whole.warnings = [*encodings_told(file.name, guesses), *dict.fromkeys(whole.warnings)]
    return whole


def encodings_told(name: str, guesses: Iterable[Sequence[Message]]) -> list[Message]:
    """What is to be said about the encodings of the files in a ZIP, not once for each of a thousand."""
    told = [warning for warnings in guesses for warning in warnings]
    more = Message("The same holds for other files in %(name)s: %(n)s.", name=name, n=len(told) - MOST_TOLD)
    return [*told[:MOST_TOLD], *([more] if len(told) > MOST_TOLD else [])]
