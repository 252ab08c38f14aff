"""Making one dataset of several: rows that repeat are shown first and left out if wished; every row keeps its origin."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Iterator, Sequence

from chatbot.data.rows import Record, as_chat, asked_and_answered, is_pair, turns
from chatbot.flows import versions
from chatbot.flows.dataset_folder import folder, original, plain
from chatbot.flows.version_writer import NO_FILE, NewRow, write
from chatbot.records import DataError, Message, Turn
from chatbot.store import dataset_files, datasets, version_files
from chatbot.store.tables import Dataset, new_id
from chatbot.store.tables.data import DatasetVersion

MOST_SHOWN = 10
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
    known, n_repeated, shown = _newest(house, chosen), 0, []
    for number, record, *_, repeated in _all(house, known):
        n_repeated += repeated
        if repeated and len(shown) < MOST_SHOWN:
            shown.append(Repeated(chosen[number].name, turns(record)))
    return Preview([(dataset.name, version.n_rows) for dataset, version in zip(chosen, known)], n_repeated, shown)


def merge(house: Any, chosen: Sequence[Dataset], name: str, drop: bool, user_id: int | None = None) -> Dataset:
    """Keep the newest versions of several datasets as one new dataset, without repeated rows if `drop`. Raises DataError."""
    known, dataset_id = _newest(house, chosen), new_id()
    name = name.strip()[:200] or " + ".join(dataset.name for dataset in chosen)[:200]
    filename = f"{plain(name) or 'merged'}.jsonl"
    try:
        place = version_files.folder(house.settings.home, dataset_id, 1)
        written = write(place, _rows(house, known, drop), None)
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


def _all(house: Any, known: Sequence[DatasetVersion]) -> Iterator[tuple[int, Record, int, int, bool]]:
    """Every row: which dataset, the row, its file there, its line, whether it repeats an earlier one."""
    seen: set[int] = set()
    same = _all_pairs(house, known)
    for number, version in enumerate(known):
        with versions.opened(house, version) as rows:
            for line, file, at in zip(rows.lines(), rows.index["file"].tolist(), rows.index["line"].tolist()):
                record = json.loads(line)
                record = record if same else as_chat(record)
                key = hash(asked_and_answered(as_chat(record)))
                yield number, record, file, at, key in seen
                seen.add(key)


def _all_pairs(house: Any, known: Sequence[DatasetVersion]) -> bool:
    for version in known:
        with versions.opened(house, version) as rows:
            if not is_pair(json.loads(rows.line(0))):
                return False
    return True


def _rows(house: Any, known: Sequence[DatasetVersion], drop: bool) -> Iterator[NewRow]:
    before = [sum(len(version.facts["files"]) for version in known[:number]) for number in range(len(known))]
    id = 0
    for number, record, file, line, repeated in _all(house, known):
        if not (repeated and drop):
            id += 1
            yield NewRow(record, id, NO_FILE if file == NO_FILE else before[number] + file, line)


def _files(chosen: Sequence[Dataset], known: Sequence[DatasetVersion]) -> list[dict[str, Any]]:
    """The files of all datasets, each with the dataset it came by."""
    return [
        {"dataset": dataset.name, "version": version.number, **file} for dataset, version in zip(chosen, known) for file in version.facts["files"]
    ]


def _kind(chosen: Sequence[Dataset]) -> str:
    kinds = {dataset.kind for dataset in chosen}
    return kinds.pop() if len(kinds) == 1 else "chat"
