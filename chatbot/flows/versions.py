"""The story of versions: the first is what was read from the file, the next ones are what people made of it.

A version never changes. The one with the highest number is worked with: it is edited, prepared and trained on.
"""

from __future__ import annotations

import fcntl
from contextlib import contextmanager
from dataclasses import asdict, fields
from typing import Any, Iterator

from chatbot.data.parts import Shares, usual_shares
from chatbot.flows.dataset_source import inspect_upload
from chatbot.flows.sentences import message_as_json, message_from_json
from chatbot.flows.version_writer import Written, write_reading
from chatbot.records import Message
from chatbot.store import dataset_versions, version_files
from chatbot.store.datasets import PREPARED
from chatbot.store.tables import Dataset
from chatbot.store.tables.data import DatasetVersion
from chatbot.store.version_files import Rows


def newest(house: Any, dataset: Dataset) -> DatasetVersion:
    """The version to work with. A dataset of an earlier release has none, so its file is read now. Raises DataError."""
    version = dataset_versions.newest(house.store, dataset.id)
    if version:
        return version
    with alone(house, dataset.id):
        version = dataset_versions.newest(house.store, dataset.id)
        if version:
            return version
        place = version_files.folder(house.settings.home, dataset.id, 1)
        return keep_reading(house, dataset, write_reading(place, inspect_upload(house, dataset)))


def find(house: Any, dataset: Dataset, number: int) -> DatasetVersion | None:
    newest(house, dataset)
    return dataset_versions.get(house.store, dataset.id, number)


def opened(house: Any, version: DatasetVersion) -> Rows:
    """The rows of a version. Raises DataError when they are gone from the disk."""
    return Rows(version_files.folder(house.settings.home, version.dataset_id, version.number))


def what(version: DatasetVersion) -> Message:
    """What was done to make a version."""
    return message_from_json(version.what)


def news(house: Any, dataset: Dataset) -> Message | None:
    """What a training on what is prepared would not know yet; None when it would know everything."""
    prepared, newest = dataset.report.get("prepared", {}).get("version"), dataset_versions.newest(house.store, dataset.id)
    if dataset.status != PREPARED or not prepared or newest is None:
        return None
    if newest.number != prepared:
        return Message(
            "The data has changed since it was prepared: version %(new)s is newer than version %(old)s. Prepare it again to train on it.",
            new=newest.number,
            old=prepared,
        )
    if any(not step.undone for step in dataset_versions.steps(house.store, dataset.id)):
        return Message("Some changes are not saved as a version yet. Save them and prepare again to train on them.")
    return None


def shares_of(version: DatasetVersion) -> Shares:
    return Shares(**version.facts["shares"])


def record(
    house: Any, dataset: Dataset, number: int, written: Written, said: Message, shares: Shares | None, token: str | None = None, **fields: Any
) -> DatasetVersion:
    """Make the version whose rows were written count. `token`: see `dataset_versions.add`."""
    shares = shares or usual_shares(written.n_rows)
    facts = {"shares": asdict(shares), "parts": written.parts, **fields.pop("facts")}
    return dataset_versions.add(
        house.store,
        dataset.id,
        token,
        number=number,
        what=message_as_json(said),
        sha256=written.sha256,
        n_rows=written.n_rows,
        facts=facts,
        **fields,
    )


@contextmanager
def alone(house: Any, dataset_id: str) -> Iterator[None]:
    """Nobody else makes a version of this dataset meanwhile, in this process or another."""
    place = version_files.folder(house.settings.home, dataset_id, 0).parent
    place.mkdir(parents=True, exist_ok=True)
    with open(place / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def keep_reading(house: Any, dataset: Dataset, made: dict[str, Any]) -> DatasetVersion:
    """Make what `write_reading` wrote for the next number count; a draft is thrown away."""
    before = dataset_versions.newest(house.store, dataset.id)
    written = Written(**{field.name: made[field.name] for field in fields(Written)})
    inside = {"inside": dataset.filename}
    files = [{"name": name, "sha256": dataset.sha256, **(inside if name != dataset.filename else {})} for name in made["names"]]
    again = Message("Read from %(name)s once more, understood differently", name=dataset.filename)
    return record(
        house,
        dataset,
        before.number + 1 if before else 1,
        written,
        again if before else Message("Read from %(name)s", name=dataset.filename),
        None,
        parent=None,
        last_id=written.n_rows,
        created_by=dataset.created_by,
        facts={"files": files, "made": made["made"]},
    )
