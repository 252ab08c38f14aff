"""The second half of preparing data: what the answers make of the rows, the files they become, what is told about them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Callable, Iterable, Iterator, Sequence

from chatbot.data.examples import to_jsonl
from chatbot.data.findings import Finding
from chatbot.data.jsonl import chat_lines, pair_lines
from chatbot.data.questions import Analysis, apply, split as splitting
from chatbot.data.questions.facts import Facts
from chatbot.data.questions.samples import visible
from chatbot.flows import estimate, schedule
from chatbot.records import DataError, Message, Style

if TYPE_CHECKING:
    from chatbot.flows.prepare import Inspection

Answers = dict[str, bool]  # finding id → yes or no; a missing id is a yes
NamedFile = tuple[str, Iterable[bytes]]  # the bytes can be had once
SPLIT = "split"
LOOKED_AT = 100  # rows that tell the language
LONG_TRAINING = 120  # minutes from which hours are said


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
    n_tokens = estimate.tokens(result.n, result.n_characters, "\n".join(map(_text_of, islice(result.rows, LOOKED_AT))))
    minutes = estimate.seconds(n_tokens * estimate.WITH_ANSWERS, schedule.passes(n_training), estimate.TOKENS_PER_SECOND) / 60
    if minutes < LONG_TRAINING:
        yield Message("Training takes about %(minutes)s min on two processor cores.", minutes=max(1, round(minutes)))
    else:
        yield Message("Training takes about %(hours)s hours on two processor cores.", hours=round(minutes / 60))


def _text_of(row: Any) -> str:
    return " ".join(message["content"] for message in row["messages"]) if isinstance(row, dict) else " ".join(row)


def _signs_to_know(separator: str, ending: str) -> Iterator[Message]:
    if separator:
        yield Message(
            "A program that uploads this file itself must end every prompt with “%(sign)s”: that is where the model goes on. "
            "What is trained and asked here needs no such sign.",
            sign=separator,
        )
    if ending:
        yield Message('Such a program stops the model with stop=["%(sign)s"].', sign=ending)
