"""What a look at the data brings to light: one finding per question, ready for a page or a terminal."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Callable, Iterable, Literal, Sequence

from chatbot.records import Message

Kind = Literal["info", "necessary", "recommended", "error"]
Fix = Callable[[Iterable[Any]], Iterable[Any]]  # may be asked for row after row, and never holds them all
SourceOf = Callable[[int], str]  # where a row (from 0) came from: its file and line


@dataclass(frozen=True)
class Sample:
    """One row concerned: its number (from 1), its text now, its text afterwards (None: the row goes), and the file and
    line it came from."""

    row: int
    before: str
    after: str | None = None
    source: str = ""


@dataclass(frozen=True)
class Finding:
    """One thing noticed.

    info: only worth knowing. necessary: `action` is done without asking. recommended: `action` is a question,
    yes by default. error: the data cannot be used. `fix` does what `action` says, rows in, rows out; `otherwise`, if
    there is one, is what a No does. `details` is what else a page shows, as JSON. `numbers` are the rows concerned (from 0), where they
    are known.
    """

    id: str
    kind: Kind
    message: Message
    action: Message | None = None
    n_rows: int = 0
    samples: tuple[Sample, ...] = ()
    fix: Fix | None = field(default=None, compare=False, repr=False)
    otherwise: Fix | None = field(default=None, compare=False, repr=False)
    details: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)
    numbers: Sequence[int] = field(default=(), compare=False, repr=False)
