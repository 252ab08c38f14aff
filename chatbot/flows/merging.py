"""Making one dataset of several: rows that repeat are shown first and left out if wished; every row keeps its origin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Sequence

from chatbot.flows import rewriting, versions
from chatbot.flows.dataset_folder import folder, original, plain
from chatbot.flows.version_writer import Written
from chatbot.records import DataError, Message, Turn
from chatbot.store import dataset_files, datasets, version_files
from chatbot.store.tables import Dataset, new_id
from chatbot.store.tables.data import DatasetVersion

FEWEST = 2


@dataclass(frozen=True)
class Repeated:
    """A row that an earlier dataset, or an earlier row, already has."""

    dataset: str
    turns: list[Turn]


@dataclass(frozen=True)
class Preview:
    """What merging would give: (name, rows) of each dataset, how many rows repeat earlier ones, and the first of them."""

    sources: list[tuple[str, int]]
    n_repeated: int
    repeated: list[Repeated]

    @property
    def n_rows(self) -> int:
        return sum(n for _, n in self.sources)


def preview(house: Any, chosen: Sequence[Dataset]) -> Preview:
    """Look for repeated rows. Raises DataError when the datasets cannot be merged."""
    known = _newest(house, chosen)
    place, n_rows = dataset_files.folder(house.settings.home, known[0].dataset_id), sum(version.n_rows for version in known)
    found = rewriting.done(house, place, n_rows, rewriting.look, versions=_places(house, known))
    repeated = [Repeated(chosen[which].name, [Turn(*turn) for turn in said]) for which, said in found["shown"]]
    return Preview([(dataset.name, version.n_rows) for dataset, version in zip(chosen, known)], found["n_repeated"], repeated)


def merge(house: Any, chosen: Sequence[Dataset], name: str, drop: bool, user_id: int | None = None) -> Dataset:
    """Keep the newest versions of several datasets as one new dataset, without repeated rows if `drop`. Raises DataError."""
    known, dataset_id = _newest(house, chosen), new_id()
    name = name.strip()[:200] or " + ".join(dataset.name for dataset in chosen)[:200]
    filename = f"{plain(name) or 'merged'}.jsonl"
    try:
        place = version_files.folder(house.settings.home, dataset_id, 1)
        n_files = [len(version.facts["files"]) for version in known]
        plan = {"versions": _places(house, known), "n_files": n_files, "new": str(place), "drop": drop}
        n_rows = sum(version.n_rows for version in known)
        written = Written(**rewriting.done(house, dataset_files.folder(house.settings.home, dataset_id), n_rows, rewriting.merge, **plan))
        (folder(house, dataset_id) / original(filename)).hardlink_to(place / version_files.ROWS)
        dataset = datasets.add(
            house.store,
            id=dataset_id,
            name=name,
            filename=filename,
            sha256=written.sha256,
            kind=_kind(chosen),
            n_dialogues=written.n_rows,
            n_examples=written.n_rows,
            status=datasets.UPLOADED,
            encoding="utf-8",
            created_by=user_id,
            report={"first_speaker": None, "greeting": "", "warnings": [], "n_rejected": 0, "rejected": [], "n_turns": 0},
        )
        said = Message("Merged from %(names)s", names=", ".join(f"“{each.name}” ({version.number})" for each, version in zip(chosen, known)))
        facts = {"files": _files(chosen, known), "merged": [{"dataset": each.id, "name": each.name, "version": v.number, "sha256": v.sha256} for each, v in zip(chosen, known)]}
        versions.record(house, dataset, 1, written, said, None, parent=None, last_id=written.n_rows, created_by=user_id, facts=facts)
        return dataset
    except BaseException:
        datasets.remove(house.store, dataset_id)
        dataset_files.remove(house.settings.home, dataset_id)
        raise


def _newest(house: Any, chosen: Sequence[Dataset]) -> list[DatasetVersion]:
    if len(chosen) < FEWEST:
        raise DataError(Message("Choose at least two datasets."))
    if len({dataset.kind == "preferences" for dataset in chosen}) > 1:
        raise DataError(Message("Preference pairs can only be merged with preference pairs."))
    return [versions.newest(house, dataset) for dataset in chosen]


def _places(house: Any, known: Sequence[DatasetVersion]) -> list[str]:
    """The folders of the versions. Raises DataError when one is gone."""
    for version in known:
        versions.opened(house, version).close()
    return [str(version_files.folder(house.settings.home, version.dataset_id, version.number)) for version in known]


def _files(chosen: Sequence[Dataset], known: Sequence[DatasetVersion]) -> list[dict[str, Any]]:
    """The files of all datasets, each with the dataset it came by."""
    return [
        {"dataset": dataset.name, "version": version.number, **file} for dataset, version in zip(chosen, known) for file in version.facts["files"]
    ]


def _kind(chosen: Sequence[Dataset]) -> str:
    kinds = {dataset.kind for dataset in chosen}
    return kinds.pop() if len(kinds) == 1 else "chat"
