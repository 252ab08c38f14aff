"""The story of a dataset: an uploaded file is kept, looked at, trained on, forgotten. Its heavy steps are in `dataset_work`.

Everything here may take a while for a large file: call it away from the event loop.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from itertools import groupby, islice
from pathlib import Path
from typing import Any, BinaryIO

from chatbot.flows import aside, finetune, lineage, prepare
from chatbot.flows.dataset_folder import OURS, alone_with, folder, lock_of, open_file, original, plain
from chatbot.flows.dataset_work import forget
from chatbot.flows.reading import LEARNED, TURNS
from chatbot.records import DataError, Example, Job, Message, Turn
from chatbot.store import dataset_files, dataset_versions, datasets
from chatbot.store.datasets import PREPARED, READING
from chatbot.store.tables import Dataset, new_id

SAMPLE = Path(__file__).resolve().parent.parent / "samples" / "dsa.csv"
SAMPLE_NAME = "Data structures and algorithms"
DAY = 86_400  # seconds


@dataclass(frozen=True)
class Excerpt:
    """Some turns of one dialogue; `number` counts dialogues from 1."""

    number: int
    source: str
    turns: list[Turn]


def add(house: Any, filename: str, stream: BinaryIO, user_id: int | None = None, name: str = "") -> Dataset:
    """Keep an uploaded file, to be read by `dataset_work`. Raises DataError when it cannot be saved; then nothing is kept."""
    _sweep(house)
    filename = plain(filename)
    dataset_id = new_id()
    try:
        sha256 = dataset_files.keep(folder(house, dataset_id), original(filename), stream)
        return datasets.add(
            house.store,
            id=dataset_id,
            name=(name or Path(filename).stem)[:200],
            filename=filename,
            sha256=sha256,
            kind="",
            status=READING,
            created_by=user_id,
        )
    except BaseException:
        dataset_files.remove(house.settings.home, dataset_id)
        raise


def add_sample(house: Any, user_id: int | None = None) -> Dataset:
    """Keep the dialogue that comes with Homegrown as a dataset."""
    with SAMPLE.open("rb") as file:
        return add(house, SAMPLE.name, file, user_id, SAMPLE_NAME)


def excerpts(house: Any, dataset: Dataset, start: int, count: int) -> list[Excerpt]:
    """`count` turns from turn `start` on, with the dialogues they belong to: of a prepared dataset what is learned, else
    what was read. Raises DataError."""
    with open_file(house, dataset, LEARNED if n_learned(dataset) else TURNS) as lines:
        rows = [json.loads(line) for line in islice(lines, start, start + count)]
    return [
        Excerpt(number, source, [Turn(role, text) for _, _, role, text in turns])
        for (number, source), turns in groupby(rows, key=lambda row: (row[0], row[1]))
    ]


def n_learned(dataset: Dataset) -> int:
    """How many turns of what is learned there are to be shown; none before a dataset is prepared, by this release."""
    return dataset.report.get("prepared", {}).get("n_turns", 0) if dataset.status == PREPARED else 0


def files(house: Any, dataset: Dataset) -> list[Path]:
    """What was uploaded and what was prepared from it; our own index of turns is left out."""
    return [path for path in dataset_files.files(house.settings.home, dataset.id) if path.name not in OURS]


def training_examples(house: Any, dataset: Dataset) -> list[Example]:
    """What a prepared dataset teaches, what is kept for validation included. Raises DataError when it was not prepared."""
    return [example for part in training_parts(house, dataset) for example in part]


def training_parts(house: Any, dataset: Dataset) -> list[list[Example]]:
    """What a prepared dataset teaches: to train on and, if any was kept aside, to validate with. Raises DataError."""
    if dataset.status != "prepared":
        raise DataError(Message("“%(name)s” is not prepared yet. Answer its questions first.", name=dataset.name))
    found = []
    for name in dataset.report["prepared"]["training"]:
        with open_file(house, dataset, name) as file:
            found.append(prepare.inspect(name, file.read()).examples)
    return found


def train(house: Any, dataset: Dataset, token: str, **choices: Any) -> Job:
    """Start a training on a prepared dataset; `choices` are those of `finetune.start`. The same token twice, even
    at the same moment and in another process, starts one. Raises DataError and BackendError."""
    with alone_with(house, dataset.id) as dataset:
        learned, *aside_ones = training_parts(house, dataset)
        checked = [example for part in aside_ones for example in part]
        if not choices.get("retrieval", True):  # nobody can know the other answers, see `finetune.split`
            taught = {example.answer for example in learned}
            checked = [example for example in checked if example.answer in taught]
        number = dataset.report["prepared"].get("version")
        version = number and dataset_versions.get(house.store, dataset.id, number)
        known = {"n_aside": len(checked), "dataset_version": number, "lineage": lineage.of_version(house, dataset, version)} if version else {}
        common = {"dataset_id": dataset.id, "dataset_sha256": dataset.sha256, "token": token}
        return finetune.start(house, learned + checked, dataset.format, **common, **known, **choices)


def remove(house: Any, dataset: Dataset) -> None:
    """Forget a dataset and delete its files. Trainings keep the copy they were started with."""
    with alone_with(house, dataset.id):
        for place in folder(house, dataset.id).glob("*/"):
            aside.cancel(place)
        forget(house, dataset)
        lock_of(house, dataset.id).unlink()


def _sweep(house: Any) -> None:
    """Delete what an upload left behind that was killed before its dataset was noted, a day after."""
    known = {dataset.id for dataset in datasets.every(house.store)}
    for place in (house.settings.home / "datasets").glob("*/"):
        if place.name not in known and place.stat().st_mtime < time.time() - DAY:
            dataset_files.remove(house.settings.home, place.name)
