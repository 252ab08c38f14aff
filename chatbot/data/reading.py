"""What a reader hands over: a table of texts, or what the table turned out to be."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from chatbot.records import Dialogue, Message

InputKind = Literal["dialogues", "pairs", "chat"]
Speaker = Literal["bot", "human"]
Row = tuple[str, str]  # prompt, completion


@dataclass(frozen=True)
class Rejected:
    """A row that was left out: the line of the file it began on (from 1), and why."""

    line: int
    reason: Message


@dataclass
class Table:
    """A file as rows of cells.

    `columns` are all names found; `rows` hold one text per column (chat messages: a list of dicts), `lines` where
    each row began. `conversion` names the format that must become JSONL, or is empty.
    """

    columns: list[str]
    rows: list[tuple[Any, ...]]
    lines: list[int]
    conversion: str = ""
    encoding: str = "utf-8"
    warnings: list[Message] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)


@dataclass(frozen=True)
class Reading:
    """A file understood.

    dialogues: rows of one column, the two sides taking turns. pairs: `table` has a prompt and a completion column.
    chat: `dialogues` come from OpenAI chat messages. `first_speaker` and `greeting` belong to dialogues only.
    """

    kind: InputKind
    dialogues: tuple[Dialogue, ...] = ()
    table: Table | None = None
    encoding: str = "utf-8"
    warnings: tuple[Message, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    first_speaker: Speaker | None = None
    greeting: str = ""
