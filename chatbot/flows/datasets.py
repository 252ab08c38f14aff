"""The story of a dataset: an uploaded file is read, looked at, prepared, trained on, forgotten.

Everything here may take seconds for a large file: call it away from the event loop.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, Iterator

from chatbot.flows import estimate, prepare
from chatbot.flows.prepare import Answers, Inspection, Summary
from chatbot.records import DataError, Dialogue, Example, Message, Style, Turn
from chatbot.store import dataset_files, datasets
from chatbot.store.tables import Dataset, new_id

DIALOGUES = "dialogues.jsonl"
MOST_REJECTED = 100  # rows left out that are kept for the page
SAMPLE = Path(__file__).resolve().parent.parent / "samples" / "dsa.csv"
SAMPLE_NAME = "Data structures and algorithms"


def add(house: Any, filename: str, content: bytes, user_id: int | None = None, name: str = "") -> Dataset:
    """Read an uploaded file and keep it. Raises DataError when it cannot be read or saved; then nothing is kept."""
    inspection = prepare.inspect(filename, content)
    dataset_id, home = new_id(), house.settings.home
    try:
        _save(house, dataset_id, _original(filename), content)
        _save(house, dataset_id, DIALOGUES, _dialogues_as_jsonl(inspection))
        return datasets.add(
            house.store,
            id=dataset_id,
            name=(name or Path(filename).stem)[:200],
            filename=filename[:255],
            sha256=hashlib.sha256(content).hexdigest(),
            created_by=user_id,
            **_facts(inspection),
        )
    except BaseException:
        dataset_files.remove(home, dataset_id)
        raise


def add_sample(house: Any, user_id: int | None = None) -> Dataset:
    """Keep the dialogues that come with Homegrown as a dataset."""
    return add(house, SAMPLE.name, SAMPLE.read_bytes(), user_id, SAMPLE_NAME)


def inspect(house: Any, dataset: Dataset) -> Inspection:
    """Read the uploaded file again, the way the admin said it is to be read."""
    content = (dataset_files.folder(house.settings.home, dataset.id) / _original(dataset.filename)).read_bytes()
    return prepare.inspect(dataset.filename, content, dataset.report.get("first_speaker"))


def read_as(house: Any, dataset: Dataset, first_speaker: str) -> Dataset:
    """Read the dataset again with the other side beginning. What was prepared before is void."""
    dataset.report = {"first_speaker": first_speaker}
    inspection = inspect(house, dataset)
    _save(house, dataset.id, DIALOGUES, _dialogues_as_jsonl(inspection))
    dataset = datasets.update(house.store, dataset.id, status="uploaded", format=None, **_facts(inspection))
    _tidy(house, dataset)
    return dataset


def finish(house: Any, dataset: Dataset, answers: Answers, style: Style) -> Dataset:
    """Prepare the dataset with the given answers and write its training files. Raises DataError."""
    files, summary = prepare.finish(inspect(house, dataset), answers, style)
    for name, content in files:
        _save(house, dataset.id, name, content)
    names = [name for name, _ in files] or [_original(dataset.filename)]
    training = names[-2:] if summary.n_validation else names[-1:]
    prepared = {
        "files": names,
        "training": training,
        "n_examples": summary.n_examples,
        "n_validation": summary.n_validation,
        "n_tokens": estimate.tokens(_taught(house, dataset, training)),
        "hints": [message_as_json(hint) for hint in summary.hints],
        "answers": dict(answers),
    }
    report = dataset.report | {"prepared": prepared}
    dataset = datasets.update(house.store, dataset.id, status="prepared", format=style, report=report)
    _tidy(house, dataset)
    return dataset


def dialogues(house: Any, dataset: Dataset, start: int, count: int) -> list[Dialogue]:
    """`count` dialogues of a dataset from number `start` on."""
    path = dataset_files.folder(house.settings.home, dataset.id) / DIALOGUES
    with open(path, encoding="utf-8") as lines:
        return [_dialogue(line) for number, line in enumerate(lines) if start <= number < start + count]


def training_examples(house: Any, dataset: Dataset) -> list[Example]:
    """What a prepared dataset teaches. Raises DataError when it was not prepared."""
    if dataset.status != "prepared":
        raise DataError(Message("“%(name)s” is not prepared yet. Answer its questions first.", name=dataset.name))
    return _taught(house, dataset, dataset.report["prepared"]["training"])


def remove(house: Any, dataset_id: str) -> None:
    """Forget a dataset and delete its files. Trainings keep the copy they were started with."""
    datasets.remove(house.store, dataset_id)
    dataset_files.remove(house.settings.home, dataset_id)


def message_as_json(message: Message) -> list[Any]:
    return [message.template, dict(message.values)]


def message_from_json(value: list[Any]) -> Message:
    return Message(value[0], **value[1])


def _taught(house: Any, dataset: Dataset, names: list[str]) -> list[Example]:
    place = dataset_files.folder(house.settings.home, dataset.id)
    return [example for name in names for example in prepare.inspect(name, (place / name).read_bytes()).examples]


def _facts(inspection: Inspection) -> dict[str, Any]:
    """The columns of a dataset that follow from reading its file."""
    rejected = inspection.rejected
    report = {
        "first_speaker": inspection.first_speaker,
        "greeting": inspection.greeting,
        "warnings": [message_as_json(warning) for warning in inspection.warnings],
        "n_rejected": len(rejected),
        "rejected": [[row.line, message_as_json(row.reason)] for row in rejected[:MOST_REJECTED]],
    }
    return {
        "kind": inspection.kind,
        "encoding": inspection.encoding,
        "n_dialogues": inspection.n_dialogues,
        "n_examples": inspection.n_examples,
        "report": report,
    }


def _save(house: Any, dataset_id: str, name: str, content: bytes) -> None:
    dataset_files.save(dataset_files.folder(house.settings.home, dataset_id) / name, content)


def _tidy(house: Any, dataset: Dataset) -> None:
    """Delete what an earlier preparation wrote."""
    wanted = {_original(dataset.filename), DIALOGUES, *dataset.report.get("prepared", {}).get("files", [])}
    for path in dataset_files.files(house.settings.home, dataset.id):
        if path.name not in wanted:
            path.unlink()


def _original(filename: str) -> str:
    return "original" + Path(filename).suffix.lower()[:12]


def _dialogues_as_jsonl(inspection: Inspection) -> bytes:
    found = inspection.reading.dialogues or (_as_dialogue(example) for example in inspection.examples)
    return "".join(line + "\n" for line in _lines(found)).encode()


def _lines(found: Any) -> Iterator[str]:
    for dialogue in found:
        turns = [[turn.role, turn.text] for turn in dialogue.turns]
        yield json.dumps({"source": dialogue.source, "turns": turns}, ensure_ascii=False)


def _as_dialogue(example: Example) -> Dialogue:
    turns = (*example.history, Turn("user", example.question), Turn("assistant", example.answer))
    return Dialogue(turns, example.source)


def _dialogue(line: str) -> Dialogue:
    value = json.loads(line)
    return Dialogue(tuple(Turn(role, text) for role, text in value["turns"]), value["source"])
