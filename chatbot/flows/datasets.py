"""The story of a dataset: an uploaded file is read, looked at, prepared, trained on, forgotten.

Everything here may take seconds for a large file: call it away from the event loop.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import re
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby, islice
from pathlib import Path, PurePath
from typing import Any, BinaryIO, Iterator

from chatbot.data.mapping import Mapping
from chatbot.flows import estimate, finetune, prepare
from chatbot.flows.prepare import Answers, Inspection, Summary
from chatbot.records import DataError, Dialogue, Example, Job, Message, Style, Turn
from chatbot.store import dataset_files, datasets
from chatbot.store.tables import Dataset, new_id

TURNS = "turns.jsonl"  # one line a turn, so that any page of a long dialogue is found at once
LONGEST_STEM = 200  # bytes; a file system takes 255, and `_prepared_train (1).jsonl.part` may follow
MOST_REJECTED = 100  # rows left out that are kept for the page
SAMPLE = Path(__file__).resolve().parent.parent / "samples" / "dsa.csv"
SAMPLE_NAME = "Data structures and algorithms"


@dataclass(frozen=True)
class Excerpt:
    """Some turns of one dialogue; `number` counts dialogues from 1."""

    number: int
    source: str
    turns: list[Turn]


def add(house: Any, filename: str, content: bytes, user_id: int | None = None, name: str = "") -> Dataset:
    """Read an uploaded file and keep it. Raises DataError when it cannot be read or saved; then nothing is kept."""
    filename = _plain(filename)
    inspection = prepare.inspect(filename, content)
    dataset_id = new_id()
    files = [(_original(filename), content), (TURNS, _turns_as_jsonl(inspection))]
    try:
        dataset_files.save(_folder(house, dataset_id), files)
        return datasets.add(
            house.store,
            id=dataset_id,
            name=(name or Path(filename).stem)[:200],
            filename=filename,
            sha256=hashlib.sha256(content).hexdigest(),
            created_by=user_id,
            **_facts(inspection),
        )
    except BaseException:
        dataset_files.remove(house.settings.home, dataset_id)
        raise


def add_sample(house: Any, user_id: int | None = None) -> Dataset:
    """Keep the dialogue that comes with Homegrown as a dataset."""
    return add(house, SAMPLE.name, SAMPLE.read_bytes(), user_id, SAMPLE_NAME)


def inspect(house: Any, dataset: Dataset) -> Inspection:
    """Read the uploaded file again, the way the admin said it is to be read. Raises DataError."""
    with _open(house, dataset, _original(dataset.filename)) as file:
        return prepare.inspect(dataset.filename, file.read(), mapping_of(dataset))


def mapping_of(dataset: Dataset) -> Mapping:
    """How people said the file is to be understood."""
    report = dataset.report
    return Mapping.from_json(report.get("mapping") or {"first_speaker": report.get("first_speaker")})


def read_as(house: Any, dataset: Dataset, mapping: Mapping) -> None:
    """Read the dataset again, understood in another way. What was prepared before is void. Raises DataError."""
    with _alone_with(house, dataset.id) as dataset:
        dataset.report = {"mapping": mapping.as_json()}
        inspection = inspect(house, dataset)
        dataset_files.save(_folder(house, dataset.id), [(TURNS, _turns_as_jsonl(inspection))])
        dataset = datasets.update(house.store, dataset.id, status="uploaded", format=None, **_facts(inspection, mapping))
        _tidy(house, dataset)


def finish(house: Any, dataset: Dataset, answers: Answers, style: Style) -> None:
    """Prepare the dataset with the given answers and write its training files. Raises DataError."""
    ours = {_original(dataset.filename), TURNS}
    with _alone_with(house, dataset.id) as dataset:
        files, summary = prepare.finish(inspect(house, dataset), answers, style, ours.__contains__)
        dataset_files.save(_folder(house, dataset.id), files)
        names = [name for name, _ in files] or [_original(dataset.filename)]
        prepared = _outcome(house, dataset, names, summary) | {"answers": dict(answers)}
        report = dataset.report | {"prepared": prepared}
        dataset = datasets.update(house.store, dataset.id, status="prepared", format=style, report=report)
        _tidy(house, dataset)


def excerpts(house: Any, dataset: Dataset, start: int, count: int) -> list[Excerpt]:
    """`count` turns of a dataset from turn `start` on, with the dialogues they belong to. Raises DataError."""
    with _open(house, dataset, TURNS) as lines:
        rows = [json.loads(line) for line in islice(lines, start, start + count)]
    return [
        Excerpt(number, source, [Turn(role, text) for _, _, role, text in turns])
        for (number, source), turns in groupby(rows, key=lambda row: (row[0], row[1]))
    ]


def files(house: Any, dataset: Dataset) -> list[Path]:
    """What was uploaded and what was prepared from it; our own index of turns is left out."""
    return [path for path in dataset_files.files(house.settings.home, dataset.id) if path.name != TURNS]


def training_examples(house: Any, dataset: Dataset) -> list[Example]:
    """What a prepared dataset teaches. Raises DataError when it was not prepared."""
    if dataset.status != "prepared":
        raise DataError(Message("“%(name)s” is not prepared yet. Answer its questions first.", name=dataset.name))
    found: list[Example] = []
    for name in dataset.report["prepared"]["training"]:
        with _open(house, dataset, name) as file:
            found += prepare.inspect(name, file.read()).examples
    return found


def train(house: Any, dataset: Dataset, token: str, **choices: Any) -> Job:
    """Start a training on a prepared dataset; `choices` are those of `finetune.start`. The same token twice, even
    at the same moment and in another process, starts one. Raises DataError and BackendError."""
    with _alone_with(house, dataset.id) as dataset:
        examples = training_examples(house, dataset)
        return finetune.start(
            house, examples, dataset.format, dataset_id=dataset.id, dataset_sha256=dataset.sha256, token=token, **choices
        )


def remove(house: Any, dataset: Dataset) -> None:
    """Forget a dataset and delete its files. Trainings keep the copy they were started with."""
    with _alone_with(house, dataset.id):
        datasets.remove(house.store, dataset.id)
        dataset_files.remove(house.settings.home, dataset.id)
        _lock_of(house, dataset.id).unlink()


def message_as_json(message: Message) -> list[Any]:
    """Template and values; a value that is a sentence itself becomes such a list too."""
    return [message.template, {name: message_as_json(value) if isinstance(value, Message) else value for name, value in message.values}]


def message_from_json(value: list[Any]) -> Message:
    template, values = value
    return Message(template, **{name: message_from_json(value) if isinstance(value, list) else value for name, value in values.items()})


def _facts(inspection: Inspection, mapping: Mapping = Mapping()) -> dict[str, Any]:
    """The columns of a dataset that follow from reading its file."""
    reading = inspection.reading
    dialogues = list(_dialogues(inspection))
    report = {
        "mapping": mapping.as_json(),
        "first_speaker": reading.mapping.first_speaker,
        "greeting": reading.greeting,
        "warnings": [message_as_json(warning) for warning in reading.warnings],
        "n_rejected": len(reading.rejected),
        "rejected": [[row.line, message_as_json(row.reason)] for row in reading.rejected[:MOST_REJECTED]],
        "n_turns": sum(len(dialogue.turns) for dialogue in dialogues),
    }
    return {
        "kind": reading.kind,
        "encoding": reading.encoding,
        "n_dialogues": len(dialogues),
        "n_examples": len(inspection.examples),
        "report": report,
    }


def _dialogues(inspection: Inspection) -> Iterator[Dialogue]:
    """What was said, whatever the kind of file; a question with its answer counts as a dialogue."""
    if inspection.reading.dialogues:
        yield from inspection.reading.dialogues
        return
    for example in inspection.examples:
        said = (*example.history, Turn("user", example.question), Turn("assistant", example.answer))
        yield Dialogue(tuple(turn for turn in said if turn.text), example.source)


def _turns_as_jsonl(inspection: Inspection) -> bytes:
    rows = (
        [number, dialogue.source, turn.role, turn.text]
        for number, dialogue in enumerate(_dialogues(inspection), 1)
        for turn in dialogue.turns
    )
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode("utf-8", "replace")


def _outcome(house: Any, dataset: Dataset, names: list[str], summary: Summary) -> dict[str, Any]:
    """What is remembered of a preparation."""
    training = names[-2:] if summary.n_validation else names[-1:]
    n_bytes = sum((_folder(house, dataset.id) / name).stat().st_size for name in training)
    return {
        "files": names,
        "training": training,
        "n_examples": summary.n_training,
        "n_validation": summary.n_validation,
        "n_tokens": estimate.tokens(summary.n_training, n_bytes),
        "hints": [message_as_json(hint) for hint in summary.hints],
    }


@contextmanager
def _alone_with(house: Any, dataset_id: str) -> Iterator[Dataset]:
    """The dataset as it is now, while nobody else changes it, in this process or another. Raises DataError."""
    with open(_lock_of(house, dataset_id), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        dataset = datasets.get(house.store, dataset_id)
        if dataset is None:
            raise DataError(Message("This dataset was deleted in the meantime."))
        yield dataset


def _lock_of(house: Any, dataset_id: str) -> Path:
    return house.settings.home / "datasets" / f"{dataset_id}.lock"


def _open(house: Any, dataset: Dataset, name: str) -> BinaryIO:
    try:
        return open(_folder(house, dataset.id) / name, "rb")
    except FileNotFoundError as error:
        text = Message(
            "The files of “%(name)s” are gone from the disk. Delete the dataset and upload them again.", name=dataset.name
        )
        raise DataError(text) from error


def _tidy(house: Any, dataset: Dataset) -> None:
    """Delete what an earlier preparation wrote."""
    wanted = {_original(dataset.filename), TURNS, *dataset.report.get("prepared", {}).get("files", [])}
    for path in dataset_files.files(house.settings.home, dataset.id):
        if path.name not in wanted:
            path.unlink()


def _folder(house: Any, dataset_id: str) -> Path:
    return dataset_files.folder(house.settings.home, dataset_id)


def _plain(filename: str) -> str:
    """A name as browsers send it, without folders and control characters, and short enough for longer ones after it."""
    name = PurePath(re.sub(r"[\x00-\x1f\x7f-\x9f]", "", re.split(r"[/\\]", filename)[-1]))
    return name.stem.encode()[:LONGEST_STEM].decode(errors="ignore") + name.suffix[:12]


def _original(filename: str) -> str:
    return "original" + Path(filename).suffix.lower()[:12]
