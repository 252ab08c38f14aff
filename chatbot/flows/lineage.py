"""Where a model comes from: files → versions → training → model, kept with the training so that it outlives the dataset."""

from __future__ import annotations

from typing import Any

from chatbot.flows import versions
from chatbot.flows.sentences import message_from_json
from chatbot.store import dataset_versions, users
from chatbot.store.tables import Dataset, Run
from chatbot.store.tables.data import DatasetVersion


def of_version(house: Any, dataset: Dataset, version: DatasetVersion) -> dict[str, Any]:
    """The files, and every version from the first to this one, as JSON. `what` is a sentence in template and values."""
    chain = [version]
    known = {each.number: each for each in dataset_versions.every(house.store, dataset.id)}
    while chain[-1].parent in known:
        chain.append(known[chain[-1].parent])
    return {
        "dataset": {"id": dataset.id, "name": dataset.name},
        "files": _files(version),
        "merged": version.facts.get("merged", []),
        "versions": [_version(house, each) for each in reversed(chain)],
        "shares": version.facts["shares"],
        "parts": version.facts["parts"],
    }


def of_run(house: Any, run: Run) -> dict[str, Any]:
    """The same with the training and the model it made; what is not known is None."""
    kept = run.lineage or {"dataset": None, "files": [{"name": None, "sha256": run.dataset_sha256}], "merged": [], "versions": []}
    training = {
        "job": run.job_id,
        "base_model": run.base_model,
        "style": run.style,
        "at": run.created_at.isoformat(),
        "by": _name(house, run.created_by),
    }
    return {**kept, "training": training, "model": run.fine_tuned_model}


def told(origin: dict[str, Any]) -> dict[str, Any]:
    """The same for a page: what was done to make a version is a sentence that can be said in any language."""
    return origin | {"versions": [version | {"what": message_from_json(version["what"])} for version in origin["versions"]]}


def _files(version: DatasetVersion) -> list[dict[str, Any]]:
    """What was uploaded: of the files of a ZIP, the ZIP once."""
    uploads = ({**file, "name": file.get("inside") or file["name"]} for file in version.facts["files"])
    return list({(file.get("dataset"), file["name"]): file for file in uploads}.values())


def _version(house: Any, version: DatasetVersion) -> dict[str, Any]:
    return {
        "number": version.number,
        "what": version.what,
        "text": str(versions.what(version)),
        "at": version.created_at.isoformat(),
        "by": _name(house, version.created_by),
        "rows": version.n_rows,
        "sha256": version.sha256,
    }


def _name(house: Any, user_id: int | None) -> str | None:
    return next((user.name for user in users.everyone(house.store) if user.id == user_id), None)
