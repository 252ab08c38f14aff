"""What is read of a dataset: its upload, understood as people said, or the rows of its newest version."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from chatbot.data.mapping import Mapping
from chatbot.flows import masking
from chatbot.flows.dataset_folder import folder, original
from chatbot.flows.prepare import Inspection
from chatbot.flows.reading import Source, inspect
from chatbot.store import version_files
from chatbot.store.tables import Dataset
from chatbot.store.tables.data import DatasetVersion


def mapping_of(dataset: Dataset) -> Mapping:
    """How people said the file is to be understood."""
    report = dataset.report
    return Mapping.from_json(report.get("mapping") or {"first_speaker": report.get("first_speaker")})


def upload(house: Any, dataset: Dataset, mapping: Mapping) -> dict[str, Any]:
    """The uploaded file, see `reading.Source`."""
    return {
        "path": str(folder(house, dataset.id) / original(dataset.filename)),
        "filename": dataset.filename,
        "mapping": mapping.as_json(),
        "most_rows": house.settings.reading_rows,
        "most_unpacked_mb": house.settings.reading_unpacked_mb,
        "masking": masking.choices(house),
    }


def of_version(house: Any, dataset: Dataset, version: DatasetVersion) -> dict[str, Any]:
    """The rows of a version; the upload itself as long as nothing was changed, so that it is told what becomes of it."""
    place = version_files.folder(house.settings.home, dataset.id, version.number)
    common = {"version": str(place)}
    if version.parent is None and not version.facts.get("merged"):
        return upload(house, dataset, mapping_of(dataset)) | common
    name = f"{Path(dataset.filename).stem}.jsonl"
    rows = {"path": str(place / version_files.ROWS), "filename": name, "mapping": Mapping().as_json(), "kind": dataset.kind}
    return upload(house, dataset, Mapping()) | rows | common


def inspect_upload(house: Any, dataset: Dataset) -> Inspection:
    """Read the uploaded file in this process. Raises DataError."""
    return inspect(Source(**upload(house, dataset, mapping_of(dataset))))
