"""The work on a dataset's file that is done aside (see `aside`): reading it, asking its questions, preparing it.

Each function is a task: files in, files in the folder `made` and a result of JSON out. No database here.
"""

from __future__ import annotations

import json
import zipfile
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Iterator, Sequence, TextIO

from chatbot.data.findings import Finding, Sample
from chatbot.data.mapping import Mapping
from chatbot.data.masking import Rules
from chatbot.data.pair_lines import PairLines
from chatbot.data.places import placed
from chatbot.data.reading import Rejected
from chatbot.data.rows import turns
from chatbot.data.source import Told
from chatbot.flows import kept_apart, prepare
from chatbot.flows.aside import Tell
from chatbot.flows.prepare import Answers, Inspection
from chatbot.flows.sentences import message_as_json, message_from_json
from chatbot.flows.version_writer import write_reading
from chatbot.records import DataError, Dialogue, Example, Message, Style, Turn

READING = Message("Reading the file")
COLLECTING = Message("Collecting the dialogues")
KEEPING = Message("Keeping the rows as the first version")
ASKING = Message("Looking for what could be better")
WRITING = Message("Writing the training files")
WALKS = {"chat": 11, "completions": 8}  # how often all rows are walked through for all questions, about
VERSION = "version"  # the folder of the rows, as `version_files` knows it
TURNS = "turns.jsonl"  # one line a turn, so that any page of a long dialogue is found at once
LEARNED = "learned.jsonl"  # the same of what was prepared
MOST_REJECTED = 100  # rows left out that are kept for the page


@dataclass(frozen=True)
class Source:
    """A file to work on: where it lies, what the person called it, how it is to be understood, how large it may be."""

    path: str
    filename: str
    mapping: dict[str, Any]
    most_rows: int
    most_unpacked_mb: int
    version: str = ""  # the folder of the version whose rows these are
    kind: str = ""  # what the rows of that version were read as
    masking: dict[str, Any] | None = None  # see `masking.choices`


def read(made: Path, tell: Tell, source: dict[str, Any]) -> dict[str, Any]:
    """Read a file and write its turns and, of an upload, its rows. Returns the columns of the dataset that follow from it,
    and in `version` what is told of the rows."""
    inspection = inspect(Source(**source), tell, 0.3)
    reading = inspection.reading
    n_rows = len(reading.lines) or len(reading.dialogues)
    n_dialogues = n_turns = 0
    with _turns_file(made / TURNS) as file:
        for n_dialogues, dialogue in enumerate(_dialogues(inspection), 1):
            tell(COLLECTING, 0.3 + 0.15 * min(1, n_dialogues / max(1, n_rows)), n_dialogues)
            # of a version, the rows page tells it
            n_turns += _write_turns(file, n_dialogues, "" if source.get("kind") else dialogue.source, dialogue.turns)
    report = {
        "mapping": source["mapping"],
        "first_speaker": reading.mapping.first_speaker,
        "greeting": reading.greeting,
        "warnings": [message_as_json(warning) for warning in reading.warnings],
        "n_rejected": len(reading.rejected),
        "rejected": [_rejected_as_json(row) for row in reading.rejected[:MOST_REJECTED]],
        "n_turns": n_turns,
    }
    version = None
    if not source.get("version"):
        version = write_reading(made / VERSION, inspection, lambda n: tell(KEEPING, 0.45 + 0.55 * n / n_rows, n))
    n_examples = sum(1 for _ in inspection.each_example())
    facts = {"version": version, "kind": reading.kind, "encoding": reading.encoding, "n_dialogues": n_dialogues, "n_examples": n_examples}
    return facts | {"report": report}


def ask(made: Path, tell: Tell, source: dict[str, Any], style: str) -> dict[str, Any]:
    """All findings about a file; an unknown `style` becomes the most natural one."""
    inspection = inspect(Source(**source), tell, 0.2, will_ask=True)
    chosen = next((known for known in inspection.formats if known == style), inspection.formats[0])
    inspection = _telling_walks(inspection, tell, ASKING, 0.2, chosen)
    findings = kept_apart.questions(inspection, _parts(inspection, source), chosen)
    return {"formats": inspection.formats, "style": chosen, "findings": [_finding_as_json(finding) for finding in findings]}


def write(made: Path, tell: Tell, source: dict[str, Any], answers: Answers, style: Style, taken: list[str]) -> dict[str, Any]:
    """Prepare a file with the given answers; names in `taken` are left alone. Returns what is remembered of it."""
    inspection = inspect(Source(**source), tell, 0.1, will_ask=True)
    inspection = _telling_walks(inspection, tell, WRITING, 0.1, style)
    edited = bool(source.get("kind"))  # the rows of a version lie elsewhere, and are never changed or trained on themselves
    files, summary = kept_apart.finish(inspection, _parts(inspection, source), answers, style, taken.__contains__, edited)
    for name, content in files:
        with (made / name).open("wb") as file:
            file.writelines(content)
    names = [name for name, _ in files]
    training = names[-2:] if summary.n_validation else names[-1:]
    return {
        "files": names or [Path(source["path"]).name],
        "training": training or [Path(source["path"]).name],
        "n_examples": summary.n_training,
        "n_validation": summary.n_validation,
        "hints": [message_as_json(hint) for hint in summary.hints],
        "answers": answers,
        "n_turns": _write_learned(made, training, style),
        "version": int(Path(source["version"]).name) if source.get("version") else None,
    }


def inspect(source: Source, tell: Tell = lambda part, share, rows=0: None, until: float = 1, will_ask: bool = False) -> Inspection:
    """Read the file, and tell how far this is as shares of the work up to `until`. Raises DataError, also when it is larger
    than it may be."""
    tell(READING, 0)
    path = Path(source.path)
    if not path.exists():
        text = "The files of “%(name)s” are gone from the disk. Delete the dataset and upload them again."
        raise DataError(Message(text, name=source.filename))
    if zipfile.is_zipfile(path):
        _check_unpacked(path, source)
    inspection = prepare.inspect_file(path, Mapping.from_json(source.mapping), source.filename, _onward(tell, READING, 0, until), will_ask)
    if len(inspection.reading.lines) > source.most_rows:
        text = "%(name)s has more than %(n)s rows. Split the file into parts, or raise READING_ROWS."
        raise DataError(Message(text, name=source.filename, n=source.most_rows))
    inspection = replace(inspection, rules=Rules.chosen(source.masking) if source.masking else None)
    if source.kind and inspection.reading.kind == "chat":
        return replace(inspection, reading=replace(inspection.reading, kind=source.kind))
    return inspection


def _onward(tell: Tell, part: Message, begun: float, until: float) -> Told:
    """Tells a share of this part as one of the whole work, never less than before: a reader may begin again, as for another
    delimiter."""
    furthest = 0.0

    def told(share: float, rows: int) -> None:
        nonlocal furthest
        furthest = max(furthest, begun + min(1, share) * (until - begun))
        tell(part, furthest, rows)

    return told


def _telling_walks(inspection: Inspection, tell: Tell, part: Message, begun: float, style: str) -> Inspection:
    """The same, telling how far the work is by how often it has walked through the rows."""
    told = _onward(tell, part, begun, 1)
    pairs = inspection.reading.pairs
    if isinstance(pairs, PairLines):  # their first walk was to read them
        pairs.on_block = lambda walked, rows: told((walked - 1) / WALKS[style], rows)
    return replace(inspection, told=lambda walked, rows: told(walked / WALKS[style], rows))


def findings_from_json(found: list[dict[str, Any]]) -> list[Finding]:
    """Findings as a page shows them: without what would mend the rows."""
    return [
        Finding(
            **{
                **finding,
                "message": message_from_json(finding["message"]),
                "action": finding["action"] and message_from_json(finding["action"]),
                "samples": tuple(Sample(**sample) for sample in finding["samples"]),
            }
        )
        for finding in found
    ]


def _parts(inspection: Inspection, source: dict[str, Any]) -> Any:
    return kept_apart.parts_of(inspection, source.get("version", ""), bool(source.get("kind")))


def _rejected_as_json(row: Rejected) -> list[Any]:
    """[line, reason, the file inside a ZIP or nothing]."""
    file, line = placed("", row.line)
    return [line, message_as_json(row.reason), file]


def _finding_as_json(finding: Finding) -> dict[str, Any]:
    told = {field.name: getattr(finding, field.name) for field in fields(finding) if field.name not in ("fix", "otherwise", "numbers")}
    return told | {
        "message": message_as_json(finding.message),
        "action": finding.action and message_as_json(finding.action),
        "samples": [vars(sample) for sample in finding.samples],
    }


def _check_unpacked(path: Path, source: Source) -> None:
    with zipfile.ZipFile(path) as archive:
        unpacked = sum(entry.file_size for entry in archive.infolist())
    if unpacked > source.most_unpacked_mb << 20:
        text = "%(name)s unpacks to more than %(n)s MB. Split it into parts, or raise READING_UNPACKED_MB."
        raise DataError(Message(text, name=source.filename, n=source.most_unpacked_mb))


def _write_learned(made: Path, training: Sequence[str], style: Style) -> int:
    """The turns of the files that are trained on, as they were written: without what was masked. Returns how many."""
    said = (each for name in training for each in _learned(made / name, style))
    with _turns_file(made / LEARNED) as file:
        return sum(_write_turns(file, number, "", each) for number, each in enumerate(said, 1))


def _learned(path: Path, style: Style) -> Iterator[Sequence[Turn]]:
    if style == "chat":
        with path.open("rb") as lines:
            yield from (turns(json.loads(line)) for line in lines)
    else:  # learned without the signs that are in the file
        yield from (_said(example) for example in prepare.inspect_file(path).each_example())


def _said(example: Example) -> list[Turn]:
    return [*example.history, Turn("user", example.question), Turn("assistant", example.answer)]


def _turns_file(path: Path) -> TextIO:
    return path.open("w", encoding="utf-8", errors="replace")


def _write_turns(file: TextIO, number: int, source: str, said: Sequence[Turn]) -> int:
    for turn in said:
        file.write(json.dumps([number, source, turn.role, turn.text], ensure_ascii=False) + "\n")
    return len(said)


def _dialogues(inspection: Inspection) -> Iterator[Dialogue]:
    """What was said, whatever the kind of file; a question with its answer counts as a dialogue."""
    if inspection.reading.dialogues:
        yield from inspection.reading.dialogues
        return
    for example in inspection.each_example():  # a million of them may be too many to be held
        yield Dialogue(tuple(turn for turn in _said(example) if turn.text), example.source)
