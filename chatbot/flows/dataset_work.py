"""The heavy steps of a dataset's story: reading its file, asking its questions, preparing it. Each is done aside.

`read_as`, `ask` and `prepare` begin a step; `work` tells where it stands, `take_over` keeps what it made. Nobody has to
wait for it: whoever looks at the dataset next takes over, also after the site was killed.
"""

from __future__ import annotations

from typing import Any

from chatbot.data.mapping import Mapping
from chatbot.flows import aside, versions
from chatbot.flows.aside import Work
from chatbot.flows.dataset_folder import OURS, alone_with, folder, original, tidy
from chatbot.flows.dataset_source import mapping_of, of_version, upload
from chatbot.flows.prepare import Answers
from chatbot.flows.reading import VERSION
from chatbot.records import DataError, Message, Style
from chatbot.store import dataset_files, dataset_versions, datasets, version_files
from chatbot.store.datasets import CONSENT, FAILED, PREPARED, READING, UPLOADED
from chatbot.store.tables import Dataset

READ, ASK, WRITE = "reading", "asking", "writing"  # folders in the dataset's own, one for each step
TASKS = "chatbot.flows.reading"
MERGED = Message("This dataset was merged from others. Change how those are read, and merge them again.")


def read_as(house: Any, dataset: Dataset, mapping: Mapping) -> None:
    """Begin to read the file, understood like this. Once it is read, what was prepared before is void.

    Raises DataError for a dataset that was merged: its file is what merging wrote, and says nothing of where rows came from."""
    newest = dataset_versions.newest(house.store, dataset.id)
    if newest and newest.facts.get("merged"):
        raise DataError(MERGED)
    _begin(house, dataset, READ, "read", {"source": upload(house, dataset, mapping)})


def look_again(house: Any, dataset: Dataset) -> None:
    """Begin to count and show what the newest version holds."""
    _begin(house, dataset, READ, "read", {"source": of_version(house, dataset, versions.newest(house, dataset))})


def ask(house: Any, dataset: Dataset, style: str | None, patience: float = 0) -> Work:
    """The questions about a dataset, as work that may still go on; asked again only when something changed."""
    _must_be_usable(dataset)
    place = folder(house, dataset.id) / ASK
    arguments = {"source": of_version(house, dataset, versions.newest(house, dataset)), "style": style or dataset.format or ""}
    known = aside.follow(place) if place.exists() else None
    if known is None or known.arguments != arguments:
        aside.cancel(place)
        _begin(house, dataset, ASK, "ask", arguments)
    found = aside.wait(place, patience)
    if found is None:
        raise DataError(Message("The work was cancelled."))
    if found.state == "failed":
        aside.cancel(place)  # so that asking again tries again
    return found


def prepare(house: Any, dataset: Dataset, answers: Answers, style: Style) -> None:
    """Begin to prepare the dataset with the given answers. Raises DataError when it is not there to be prepared."""
    _must_be_usable(dataset)
    source = of_version(house, dataset, versions.newest(house, dataset))
    taken = [original(dataset.filename), *OURS]
    _begin(house, dataset, WRITE, "write", {"source": source, "answers": answers, "style": style, "taken": taken})


def work(house: Any, dataset: Dataset, patience: float = 0) -> Work | None:
    """The step that goes on, or waits to be taken over; a step may first use up `patience` seconds from its begin."""
    places = [folder(house, dataset.id) / step for step in (READ, WRITE)]
    if dataset.status == READING and not places[0].exists() and places[0].parent.exists():
        read_as(house, dataset, mapping_of(dataset))  # the site was killed between keeping the file and reading it
    return next((found for place in places if place.exists() and (found := aside.wait(place, patience))), None)


def running(house: Any, dataset: Dataset) -> Work | None:
    """The step that goes on just now."""
    places = [folder(house, dataset.id) / step for step in (READ, WRITE, ASK)]
    return next((found for place in places if place.exists() and (found := aside.follow(place)) and found.state == "running"), None)


def take_over(house: Any, dataset: Dataset) -> tuple[Dataset, Message | None]:
    """Keep what finished steps made. Returns the dataset as it is now, and why a step failed."""
    error = None
    with alone_with(house, dataset.id) as dataset:
        for step, keep in ((READ, _take_reading), (WRITE, _take_writing)):
            place = folder(house, dataset.id) / step
            found = aside.follow(place) if place.exists() else None
            if found and found.state != "running":
                error = found.error or error
                dataset = keep(house, dataset, found)
                aside.cancel(place)
    return dataset, error


def accept(house: Any, dataset: Dataset) -> None:
    """The person agreed that the rejected rows are left out."""
    with alone_with(house, dataset.id) as dataset:
        if dataset.status == CONSENT:
            datasets.update(house.store, dataset.id, status=UPLOADED)


def cancel(house: Any, dataset: Dataset) -> bool:
    """Stop the work on a dataset. Returns whether the dataset stays: one that was never read is forgotten."""
    with alone_with(house, dataset.id) as dataset:
        for step in (READ, ASK, WRITE):
            aside.cancel(folder(house, dataset.id) / step)
        if dataset.status != READING:
            return True
        forget(house, dataset)
        return False


def forget(house: Any, dataset: Dataset) -> None:
    """Delete the row, then the files; to be called alone with the dataset."""
    datasets.remove(house.store, dataset.id)
    dataset_files.remove(house.settings.home, dataset.id)


def _begin(house: Any, dataset: Dataset, step: str, task: str, arguments: dict[str, Any]) -> None:
    settings = house.settings
    limits = aside.Limits(settings.reading_memory_mb, settings.reading_minutes * 60)
    aside.begin(folder(house, dataset.id) / step, f"{TASKS}:{task}", arguments, limits)


def _take_reading(house: Any, dataset: Dataset, work: Work) -> Dataset:
    if work.error:
        return dataset if dataset.status != READING else _failed(house, dataset, work.error)
    made, version = work.result, work.result.pop("version")
    if version is None:  # rows of a version: what was told about the file stays
        dataset_files.take_over(folder(house, dataset.id), work.made)
        report = dataset.report | {"n_turns": made["report"]["n_turns"]}
        return datasets.update(
            house.store, dataset.id, n_dialogues=made["n_dialogues"], n_examples=made["n_examples"], report=report
        )
    _take_version(house, dataset, work, version)
    dataset_files.take_over(folder(house, dataset.id), work.made)
    status = CONSENT if work.result["report"]["n_rejected"] else UPLOADED
    dataset = datasets.update(house.store, dataset.id, status=status, format=None, **work.result)
    tidy(house, dataset)
    return dataset


def _take_version(house: Any, dataset: Dataset, work: Work, version: dict[str, Any]) -> None:
    """Make the rows that were read the newest version. Done twice, after a kill, it makes one."""
    made = work.made / VERSION
    known = dataset_versions.newest(house.store, dataset.id)
    number = known.number + 1 if known else 1
    if made.exists():
        version_files.take_over(made, version_files.folder(house.settings.home, dataset.id, number))
    if known is None or version["made"] != known.facts.get("made"):
        versions.keep_reading(house, dataset, version)


def _take_writing(house: Any, dataset: Dataset, work: Work) -> Dataset:
    if work.error:
        return dataset
    dataset_files.take_over(folder(house, dataset.id), work.made)
    report = dataset.report | {"prepared": work.result}
    dataset = datasets.update(house.store, dataset.id, status=PREPARED, format=work.arguments["style"], report=report)
    tidy(house, dataset)
    return dataset


def _failed(house: Any, dataset: Dataset, error: Message) -> Dataset:
    """Only the sentence stays, until somebody has read it."""
    report = {"error": aside.message_as_json(error)}
    dataset = datasets.update(house.store, dataset.id, status=FAILED, report=report)
    for path in dataset_files.files(house.settings.home, dataset.id):
        path.unlink()
    return dataset


def _must_be_usable(dataset: Dataset) -> None:
    if dataset.status not in (UPLOADED, PREPARED):
        raise DataError(Message("“%(name)s” is not ready yet. Open it and see what it waits for.", name=dataset.name))

