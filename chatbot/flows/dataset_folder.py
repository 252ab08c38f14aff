"""Where the files of a dataset lie, what they are called, and who may change them just now."""

from __future__ import annotations

import fcntl
import re
from contextlib import contextmanager
from pathlib import Path, PurePath
from typing import Any, BinaryIO, Iterator

from chatbot.flows.reading import LEARNED, TURNS
from chatbot.records import DataError, Message
from chatbot.store import dataset_files, datasets
from chatbot.store.tables import Dataset

OURS = (TURNS, LEARNED)  # what pages show is found in these
LONGEST_STEM = 200  # bytes; a file system takes 255, and `_prepared_train (1).jsonl.part` may follow


def folder(house: Any, dataset_id: str) -> Path:
    return dataset_files.folder(house.settings.home, dataset_id)


def original(filename: str) -> str:
    """What an uploaded file is called in its folder."""
    return "original" + Path(filename).suffix.lower()[:12]


def plain(filename: str) -> str:
    """A name as browsers send it, without folders and control characters, and short enough for longer ones after it."""
    name = PurePath(re.sub(r"[\x00-\x1f\x7f-\x9f]", "", re.split(r"[/\\]", filename)[-1]))
    return name.stem.encode()[:LONGEST_STEM].decode(errors="ignore") + name.suffix[:12]


def open_file(house: Any, dataset: Dataset, name: str) -> BinaryIO:
    """Open one of the dataset's files. Raises DataError when it is gone."""
    try:
        return open(folder(house, dataset.id) / name, "rb")
    except FileNotFoundError as error:
        text = Message(
            "The files of “%(name)s” are gone from the disk. Delete the dataset and upload them again.", name=dataset.name
        )
        raise DataError(text) from error


def tidy(house: Any, dataset: Dataset) -> None:
    """Delete what an earlier preparation wrote."""
    wanted = {original(dataset.filename), *OURS, *dataset.report.get("prepared", {}).get("files", [])}
    for path in dataset_files.files(house.settings.home, dataset.id):
        if path.name not in wanted:
            path.unlink()


def lock_of(house: Any, dataset_id: str) -> Path:
    return house.settings.home / "datasets" / f"{dataset_id}.lock"


@contextmanager
def alone_with(house: Any, dataset_id: str) -> Iterator[Dataset]:
    """The dataset as it is now, while nobody else changes it, in this process or another. Raises DataError."""
    with open(lock_of(house, dataset_id), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        dataset = datasets.get(house.store, dataset_id)
        if dataset is None:
            raise DataError(Message("This dataset was deleted in the meantime."))
        yield dataset
