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
from typing import Any, Callable, Iterable, Iterator, Sequence

from chatbot.data import questions as pair_questions
from chatbot.data.chat_lines import from_dialogue
from chatbot.data.examples import examples_from_dialogues, examples_from_pairs, examples_from_records, record_of, to_jsonl
from chatbot.data.findings import Finding, SourceOf
from chatbot.data.long_lines import BY_LINES, without_long_lines
from chatbot.data.jsonl import chat_lines, pair_lines
from chatbot.data.questions import Analysis, apply, chat as chat_questions, split as splitting, table
from chatbot.data.questions.facts import Facts
from chatbot.data.questions.samples import visible
from chatbot.data.mapping import Mapping
from chatbot.data.masking import Rules
from chatbot.data.pair_lines import read_pairs
from chatbot.data.reading import Reading
from chatbot.data.readers import EXTENSIONS, read
from chatbot.data.source import CHOICES
from chatbot.flows import estimate
from chatbot.records import DataError, Example, Message, Style

Answers = dict[str, bool]  # finding id → yes or no; a missing id is a yes
NamedFile = tuple[str, Iterable[bytes]]  # the bytes can be had once
Progress = Callable[[float, int], None]  # is told the share of the file that was walked through, and rows
SPLIT = "split"
FORMATS: dict[str, tuple[Style, ...]] = {
    "dialogues": ("chat", "completions"),
    "pairs": ("completions", "chat"),
    "chat": ("chat",),
    "preferences": ("chat",),
}
LONG_TRAINING = 120  # minutes from which hours are said


@dataclass(frozen=True)
class Inspection:
    """A file understood, before any question.

    `reading.kind` is dialogues, pairs (prompt and completion), chat (OpenAI messages) or preferences; `reading.rejected` rows have a line and a reason."""

    name: str
    reading: Reading
    facts: Facts | None = None  # of pairs, if they were gathered while the file was read
    rules: Rules | None = None  # what is asked to be masked; nothing, as the old tool did, unless they are given

    def each_example(self) -> Iterator[Example]:
        """Everything to learn; for pairs, without the signs an earlier preparation added."""
        reading = self.reading
        sources = (f"{self.name}:{line}" for line in reading.lines)
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


@dataclass(frozen=True)
class Draft:
    """The rows after the answers: how many, their characters, and for prompts and completions what is known of them.

    `split` is the one question that can only be asked now; `changed` tells whether anything differs from the input, so
    that a new file is due."""

    rows: Iterable[Any]
    n: int
    n_characters: int
    facts: Facts | None
    split: Finding | None
    changed: bool


@dataclass(frozen=True)
class Summary:
    """What came of it: the file to train on and its rows, rows kept aside for validation, hints in sentences."""

    training: str
    n_training: int
    n_validation: int
    hints: tuple[Message, ...]


def inspect_file(
    path: Path, mapping: Mapping = Mapping(), name: str = "", progress: Progress = lambda share, rows: None, will_ask: bool = False
) -> Inspection:
    """Read a file on the disk, known to its owner as `name`. Raises DataError.

    A large file of prompts and completions stays there: keep it until the inspection is done with. If you will ask questions
    about it, say so: what they need to know is gathered on the way."""
    name = name or path.name
    extension = PurePath(name).suffix.lower()
    stream = path.open("rb")
    facts = Facts(())
    on_rows = (facts.add,) if will_ask else ()
    regular = read_pairs(stream, progress, *on_rows) if extension == ".jsonl" and mapping == Mapping() else None
    if regular:
        return Inspection(name, regular, facts.of(regular.pairs) if will_ask else None)
    with stream:
        stream.seek(0)
        content, too_long = without_long_lines(name, stream) if extension in BY_LINES else (stream.read(), ())
    inspection = inspect(name, content, mapping)
    rejected = sorted((*too_long, *inspection.reading.rejected), key=lambda row: row.line)
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


def inspect(name: str, content: bytes, mapping: Mapping = Mapping()) -> Inspection:
    """Read a file of any known format. Raises DataError with one sentence that says what to do."""
    name = PurePath(name).name
    return Inspection(name, read(name, content, mapping))


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


def draft(analysis: Analysis, answers: Answers, style: Style) -> Draft:
    """Apply the answers. Raises DataError for a finding of kind "error", and when no row is left."""
    rows = apply(analysis, answers)
    done = (
        finding.kind == "necessary" or (finding.kind == "recommended" and (finding.fix if answers.get(finding.id, True) else finding.otherwise))
        for finding in analysis.findings
    )
    if style == "chat":
        lengths = [sum(len(message["content"]) for message in row["messages"]) for row in rows]
        result = Draft(rows, len(lengths), sum(lengths), None, None, any(done))
    else:
        facts = Facts(rows, only_result=True)
        n_characters = facts.prompts.n_characters + facts.completions.n_characters
        result = Draft(rows, facts.n, n_characters, facts, splitting.question(facts), any(done))
    if not result.n:
        raise DataError(Message("No rows are left. Keep some of those that were to be removed."))
    return result


def finish(
    inspection: Inspection,
    answers: Answers,
    style: Style,
    is_taken: Callable[[str], bool] = lambda name: False,
) -> tuple[list[NamedFile], Summary]:
    """Apply the answers. Returns the files to write and the summary; see `files_of`."""
    return files_of(inspection, draft(analyse(inspection, style), answers, style), answers, style, is_taken)


def files_of(
    inspection: Inspection,
    result: Draft,
    answers: Answers,
    style: Style,
    is_taken: Callable[[str], bool] = lambda name: False,
    aside: Draft | None = None,
    always: bool = False,
) -> tuple[list[NamedFile], Summary]:
    """Files to write: `<stem>.jsonl` if the input was dialogues, `<stem>_prepared.jsonl` (or its two parts) if
    anything changed, a row was left out, or `always`. A taken name gets " (1)". No files means that the input itself can be trained on.

    `aside` are prepared rows that were chosen for validation before; then nothing is left to be split."""
    stem = PurePath(inspection.name).stem
    files: list[NamedFile] = []
    if inspection.reading.kind == "dialogues":
        files.append((_free([stem], is_taken)[0], to_jsonl(inspection.examples, style)))
    split = aside is None and result.split is not None and answers.get(SPLIT, True)
    parts: Sequence[Iterable] = (result.rows, aside.rows) if aside else splitting.split(result.rows) if split else (result.rows,)
    n_training = splitting.n_training(result.n) if split else result.n
    n_validation = aside.n if aside else result.n - n_training
    if len(parts) > 1 or result.changed or always or inspection.reading.rejected:
        stems = [f"{stem}_prepared{part}" for part in (("_train", "_valid") if len(parts) > 1 else ("",))]
        lines = chat_lines if style == "chat" else pair_lines
        files += [(name, lines(part)) for name, part in zip(_free(stems, is_taken), parts)]
    training = files[-len(parts)][0] if files else inspection.name
    return files, Summary(training, n_training, n_validation, tuple(_hints(n_training, result)))


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
        return lambda index: f"{inspection.name}:{reading.lines[index]}"
    if reading.kind == "pairs" or style == "completions":
        return lambda index: inspection.examples[index].source
    return lambda index: reading.dialogues[index].source


def _free(stems: Sequence[str], is_taken: Callable[[str], bool]) -> list[str]:
    """File names that are not taken, with the same number for all."""
    number = 0
    while True:
        names = [f"{stem} ({number}).jsonl" if number else f"{stem}.jsonl" for stem in stems]
        if not any(map(is_taken, names)):
            return names
        number += 1


def _hints(n_training: int, result: Draft) -> Iterator[Message]:
    if result.facts:
        yield from _signs_to_know(visible(result.facts.prompts.end), visible(result.facts.completions.end))
    n_tokens = estimate.tokens(result.n, result.n_characters)
    minutes = estimate.seconds(n_tokens, estimate.epochs(n_training), estimate.TOKENS_PER_SECOND) / 60
    if minutes < LONG_TRAINING:
        yield Message("Training takes about %(minutes)s min on two processor cores.", minutes=max(1, round(minutes)))
    else:
        yield Message("Training takes about %(hours)s hours on two processor cores.", hours=round(minutes / 60))


def _signs_to_know(separator: str, ending: str) -> Iterator[Message]:
    if separator:
        yield Message(
            "A program that uploads this file itself must end every prompt with “%(sign)s”: that is where the model goes on. "
            "What is trained and asked here needs no such sign.",
            sign=separator,
        )
    if ending:
        yield Message('Such a program stops the model with stop=["%(sign)s"].', sign=ending)
