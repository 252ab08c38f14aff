"""What a reader hands over: a table, and what that table turned out to be."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Literal, Sequence

from chatbot.data.mapping import Mapping
from chatbot.data.places import Line
from chatbot.records import DataError, Dialogue, Message

InputKind = Literal["dialogues", "pairs", "chat", "preferences"]
MOST_COLUMNS = 1000
Row = tuple[str, str]  # prompt, completion
ChatRecord = dict[str, Any]  # a line of a chat training file


@dataclass(frozen=True)
class Rejected:
    """A row that was left out: the line it began on (from 1), and why."""

    line: Line
    reason: Message


@dataclass
class Table:
    """A file as rows of cells.

    `columns` are the names found; each row holds one text per column (chat messages stay a list), `lines` say where
    each row began. `conversion` names a format that has to become JSONL; it is empty when there is nothing to report.
    """

    columns: list[str]
    rows: list[tuple[Any, ...]]
    lines: Sequence[Line]
    conversion: str = ""
    warnings: list[Message] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)


@dataclass(frozen=True)
class Reading:
    """A file understood.

    dialogues: what was said, as turns of two sides; `greeting` is what the bot begins with, `speakers` those of a log
    with the number of their messages.
    pairs: `pairs` are prompts and completions, `columns` and `conversion` what the file had.
    chat: `records` are lines of a chat training file, `dialogues` the same as turns.
    preferences: `records` are preference pairs, `dialogues` their preferred side.
    `mapping` is how it was understood: what a person said and what was found out.
    """

    kind: InputKind
    dialogues: Sequence[Dialogue] = ()
    pairs: Sequence[Row] = ()
    records: Sequence[ChatRecord] = ()
    lines: Sequence[Line] = ()
    columns: Sequence[str] = ()
    conversion: str = ""
    encoding: str = "utf-8"
    warnings: tuple[Message, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    mapping: Mapping = Mapping()
    greeting: str = ""
    speakers: tuple[tuple[str, int], ...] = ()

    def with_warning(self, warning: Message) -> Reading:
        return replace(self, warnings=(warning, *self.warnings))


def check_columns(name: str, count: int) -> None:
    """Raises DataError for a table that is far too wide: every row would be as wide."""
    if count > MOST_COLUMNS:
        raise DataError(Message("%(name)s has more than %(n)s columns. Keep those with the dialogues and try again.", name=name, n=MOST_COLUMNS))


def find_column(columns: Sequence[str], wanted: str) -> str | None:
    """The column named `wanted`, else the first that differs only in letter case."""
    return wanted if wanted in columns else next((column for column in columns if column.lower() == wanted), None)
