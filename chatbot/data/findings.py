"""What a look at the data brings to light: one finding per question, ready for a page or a terminal."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Callable, Literal

from chatbot.records import Message

Kind = Literal["info", "necessary", "recommended", "error"]
Fix = Callable[[list[Any]], list[Any]]


@dataclass(frozen=True)
class Sample:
    """One row concerned: its number (from 1), its text now, and its text afterwards (None: the row goes)."""

    row: int
    before: str
    after: str | None = None


@dataclass(frozen=True)
class Finding:
    """One thing noticed.

    info: only worth knowing. necessary: `action` is done without asking. recommended: `action` is a question,
    yes by default. error: the data cannot be used. `fix` does what `action` says, rows in, rows out.
    """

    id: str
    kind: Kind
    message: Message
    action: Message | None = None
    n_rows: int = 0
    samples: tuple[Sample, ...] = ()
    fix: Fix | None = field(default=None, compare=False, repr=False)
