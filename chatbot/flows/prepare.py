"""The story of preparing data: a file → what is in it → questions with answers → files to train on.

A page calls `inspect`, `questions` and `finish`; the terminal asks between the steps of `finish`. Nothing is
written to disk here.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path, PurePath
from typing import Any, Callable, Iterator, Sequence

from chatbot.data import questions as pair_questions
from chatbot.data.blocks import Walked
from chatbot.data.chat_lines import from_dialogue
from chatbot.data.examples import examples_from_dialogues, examples_from_pairs, examples_from_records, record_of
from chatbot.data.findings import Finding, SourceOf
from chatbot.data.long_lines import BY_LINES, without_long_lines
from chatbot.data.questions import Analysis, chat as chat_questions, table
from chatbot.data.questions.facts import Facts
from chatbot.data.questions.samples import visible
from chatbot.data.mapping import Mapping
from chatbot.data.masking import Rules
from chatbot.data.pair_lines import PairLines, read_pairs
from chatbot.data.places import placed
from chatbot.data.reading import Reading
from chatbot.data.readers import EXTENSIONS, read
from chatbot.data.source import CHOICES, Told, nobody
from chatbot.flows.prepared import SPLIT, Answers, Draft, NamedFile, Summary, draft, files_of
from chatbot.records import DataError, Example, Message, Style

FORMATS: dict[str, tuple[Style, ...]] = {
    "dialogues": ("chat", "completions"),
    "pairs": ("completions", "chat"),
    "chat": ("chat",),
    "preferences": ("chat",),
}


@dataclass(frozen=True)
class Inspection:
    """A file understood, before any question.

    `reading.kind` is dialogues, pairs (prompt and completion), chat (OpenAI messages) or preferences; `reading.rejected`
    rows have a line and a reason."""

    name: str
    reading: Reading
    facts: Facts | None = None  # of pairs, if they were gathered while the file was read
    rules: Rules | None = None  # what is asked to be masked; nothing, as the old tool did, unless they are given
    told: Told | None = None  # hears how often the rows were walked through by those who ask about them

    def each_example(self) -> Iterator[Example]:
        """Everything to learn; for pairs, without the signs an earlier preparation added."""
        reading = self.reading
        sources = (str(placed(self.name, line)) for line in reading.lines)
        if reading.kind == "pairs":
            return examples_from_pairs(reading.pairs, sources)
        if reading.kind == "chat":
            return examples_from_records(reading.records, sources)
        return examples_from_dialogues(reading.dialogues)

    @cached_property
    def examples(self) -> list[Example]:
        """The same at once."""
        return list(self.each_example())

    @property
    def formats(self) -> tuple[Style, ...]:
        """The forms of training data this file can become, the most natural one first."""
        return FORMATS[self.reading.kind]


def inspect_file(
    path: Path, mapping: Mapping = Mapping(), name: str = "", told: Told = nobody, will_ask: bool = False
) -> Inspection:
    """Read a file on the disk, known to its owner as `name`. Raises DataError.

    A large file of prompts and completions stays there: keep it until the inspection is done with. If you will ask questions
    about it, say so: what they need to know is gathered on the way."""
    name = name or path.name
    extension = PurePath(name).suffix.lower()
    stream = path.open("rb")
    facts = Facts(())
    on_rows = (facts.add,) if will_ask else ()
    regular = read_pairs(stream, told, *on_rows) if extension == ".jsonl" and mapping == Mapping() else None
    if regular:
        return Inspection(name, regular, facts.of(regular.pairs) if will_ask else None)
    with stream:
        stream.seek(0)
        content, too_long = without_long_lines(name, stream) if extension in BY_LINES else (stream.read(), ())
    inspection = inspect(name, content, mapping, told)
    rejected = sorted((*too_long, *inspection.reading.rejected), key=lambda row: placed("", row.line))
    return replace(inspection, reading=replace(inspection.reading, rejected=tuple(rejected)))


def inspect_folder(path: Path, mapping: Mapping = Mapping()) -> Inspection:
    """Read a folder, such as a Rasa project, as if it had been packed as a ZIP. Raises DataError."""
    return inspect(f"{path.resolve().name}.zip", packed(path), mapping)


def packed(folder: Path) -> bytes:
    """The files of a folder that could be read, as a ZIP; hidden ones are left out."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder)
            if path.suffix.lower() in EXTENSIONS and path.is_file() and not any(part.startswith(".") for part in name.parts):
                archive.write(path, str(name))
    return stream.getvalue()


def inspect(name: str, content: bytes, mapping: Mapping = Mapping(), told: Told = nobody) -> Inspection:
    """Read a file of any known format; `told` hears how far this is. Raises DataError with one sentence that says what to do."""
    name = PurePath(name).name
    return Inspection(name, read(name, content, mapping, told))


def analyse(inspection: Inspection, style: Style) -> Analysis:
    """Ask every question about a file that is to become training data of this style."""
    if style not in inspection.formats:
        raise DataError(
            Message(
                "%(name)s holds chat messages, which have no prompt and completion. Prepare it in the chat format.",
                name=inspection.name,
            )
        )
    reading = inspection.reading
    if reading.kind == "dialogues" and not inspection.examples:
        raise DataError(Message("%(name)s has questions but no answers. Add the answers, then prepare it.", name=inspection.name))
    rows, source_of = rows_of(inspection, style), _source_of(inspection, style)
    if style == "chat":
        return chat_questions.analyse(rows, _conversion(reading), source_of, inspection.rules)
    if reading.kind == "dialogues":
        return pair_questions.analyse(rows, rules=inspection.rules, source_of=source_of)
    return pair_questions.analyse(rows, reading.columns, reading.conversion, inspection.rules, source_of, inspection.facts)


def rows_of(inspection: Inspection, style: Style) -> Sequence[Any]:
    """The rows that are asked about, in the form of this style."""
    rows = _rows_of(inspection, style)
    return Walked(rows, inspection.told) if inspection.told and not isinstance(rows, PairLines) else rows


def _rows_of(inspection: Inspection, style: Style) -> Sequence[Any]:
    reading = inspection.reading
    if style == "completions":
        return reading.pairs or [(example.question, example.answer) for example in inspection.examples]
    if reading.kind == "chat":
        return reading.records
    if reading.kind in ("dialogues", "preferences"):
        return [from_dialogue(dialogue) for dialogue in reading.dialogues]
    return [record_of(example) for example in inspection.examples]


def questions(inspection: Inspection, style: Style) -> list[Finding]:
    """All findings in order. "recommended" ones are Y/N questions, yes by default; "error" stops the preparation."""
    analysis = analyse(inspection, style)
    if analysis.error:
        return list(analysis.findings)
    last = draft(analysis, {}, style).split
    return [*analysis.findings, *([last] if last else [])]


def finish(
    inspection: Inspection,
    answers: Answers,
    style: Style,
    is_taken: Callable[[str], bool] = lambda name: False,
) -> tuple[list[NamedFile], Summary]:
    """Apply the answers. Returns the files to write and the summary; see `files_of`."""
    return files_of(inspection, draft(analyse(inspection, style), answers, style), answers, style, is_taken)


@dataclass(frozen=True)
class TrainingExamples:
    """A file as examples, the style it is written in, and its fingerprint."""

    examples: list[Example]
    style: Style
    sha256: str


def examples_of_file(path: Path) -> TrainingExamples:
    """Read any file as examples to train on: dialogues and chat lines as chat, prompts as completions."""
    inspection = inspect_file(path)
    with path.open("rb") as file:
        return TrainingExamples(inspection.examples, inspection.formats[0], hashlib.file_digest(file, "sha256").hexdigest())


def _conversion(reading: Reading) -> Finding | None:
    """What the file has to be turned from to be chat lines."""
    if reading.kind == "chat":
        return table.conversion(reading.conversion)
    return chat_questions.from_pairs() if reading.kind == "pairs" else chat_questions.from_dialogues()


def _source_of(inspection: Inspection, style: Style) -> SourceOf:
    """Tells for the place of a row (see `rows_of`) where it came from."""
    reading = inspection.reading
    if reading.kind == "chat" or (reading.kind == "pairs" and style == "completions"):
        return lambda index: str(placed(inspection.name, reading.lines[index]))
    if reading.kind == "pairs" or style == "completions":
        return lambda index: inspection.examples[index].source
    return lambda index: reading.dialogues[index].source
