"""The story of preparing data: a file → what is in it → questions with answers → files to train on.

The page calls `inspect`, `questions` and `finish`; the terminal calls `inspect` and `walk`. Nothing is written here.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Callable, Mapping

from chatbot.data import questions as checks
from chatbot.data.examples import examples_from_dialogues, examples_from_jsonl, to_jsonl
from chatbot.data.findings import Finding
from chatbot.data.reading import Reading, Rejected, Speaker
from chatbot.data.readers import read
from chatbot.records import DataError, Example, Message, Style


@dataclass(frozen=True)
class Inspection:
    """A file understood, before any question.

    `kind` is dialogues (one column, two sides taking turns), pairs (prompt and completion) or chat (OpenAI messages).
    `rejected` rows have `.line` and `.reason`; `formats` are the forms that training data can be made in, best first.
    """

    name: str
    reading: Reading
    examples: tuple[Example, ...]
    formats: tuple[Style, ...]

    kind = property(lambda self: self.reading.kind)
    encoding = property(lambda self: self.reading.encoding)
    warnings = property(lambda self: self.reading.warnings)
    rejected: tuple[Rejected, ...] = property(lambda self: self.reading.rejected)  # type: ignore[assignment]
    first_speaker = property(lambda self: self.reading.first_speaker)
    greeting = property(lambda self: self.reading.greeting)
    n_dialogues = property(lambda self: len(self.reading.dialogues) or len(self.examples))
    n_examples = property(lambda self: len(self.examples))


@dataclass(frozen=True)
class Summary:
    """What came of it, in sentences: counts, hints for training and asking. `n_examples` are those written."""

    n_examples: int
    n_validation: int
    hints: tuple[Message, ...]


Answers = Mapping[str, bool]  # finding id → yes or no; a missing id is yes
NamedFile = tuple[str, bytes]


def inspect(name: str, content: bytes, first_speaker: Speaker | None = None) -> Inspection:
    """Read a file of any known format. Raises DataError with one sentence that says what to do."""
    raise NotImplementedError


def questions(inspection: Inspection, style: Style) -> list[Finding]:
    """Every finding in order; those with `kind` "recommended" are Y/N questions, "error" stops the preparation."""
    raise NotImplementedError


def finish(inspection: Inspection, answers: Answers, style: Style) -> tuple[list[NamedFile], Summary]:
    """Apply the answers. Returns the files to write (the last one or two are those to train on) and the summary.

    No files means that the input itself can be trained on. Raises DataError for a finding of kind "error"."""
    raise NotImplementedError
