"""/v1/models: the base models and what was trained from them; which name is which file."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, current_app, jsonify

from chatbot.engine import shelf
from chatbot.engine.bases import Base, check_base, find_bases
from chatbot.engine.config import EngineConfig
from chatbot.engine.errors import ApiError, no_model
from chatbot.engine.pool import ServedModel

models = Blueprint("models", __name__, url_prefix="/models")
_FRESH = 1.0  # seconds for which the list of base files is believed


@dataclass(frozen=True)
class Model:
    """A name that answers. `folder` and `record` (the model.json) are those of a tuned model."""

    id: str
    base: Base
    folder: Path | None = None
    record: dict[str, Any] | None = None

    @property
    def format(self) -> str:
        """What it answers: "chat", "completions" or "both"."""
        return self.record["format"] if self.record else "both" if self.base.chat_template else "completions"

    def served(self) -> ServedModel:
        adapter = self.folder / "adapter.gguf" if self.folder else None
        return ServedModel(self.id, self.base, adapter, self.record["adapter_sha256"] if self.record else None)

    def view(self, organization: str) -> dict[str, Any]:
        """The API's model object, and what it answers."""
        created = self.record["created_at"] if self.record else int(self.base.gguf.stat().st_mtime)
        owner = f"org-{organization}" if self.record else "system"
        return {"id": self.id, "object": "model", "created": created, "owned_by": owner, "shutdown_date": None, "format": self.format}


class Catalog:
    """All models of one engine."""

    def __init__(self, config: EngineConfig):
        self.config = config
        self._bases: dict[str, Base] = {}
        self._looked = 0.0
        self._records: dict[Path, dict[str, Any]] = {}

    def bases(self) -> dict[str, Base]:
        if time.monotonic() - self._looked > _FRESH or not self._looked:
            self._bases, self._looked = find_bases(self.config), time.monotonic()
        return self._bases

    def all(self) -> list[Model]:
        """Bases first, then tuned models, oldest first; those whose base is gone are left out."""
        bases = self.bases()
        tuned = [
            Model(record["id"], bases[record["base"]], folder, record)
            for folder, record in self._tuned()
            if record["base"] in bases
        ]
        tuned.sort(key=lambda model: (model.record["created_at"], model.id))
        return [Model(base.id, base) for base in bases.values()] + tuned

    def _tuned(self) -> list[tuple[Path, dict[str, Any]]]:
        found = [(folder, self._record(folder / "model.json")) for folder in shelf.folders(self.config.home / "models")]
        return [(folder, record) for folder, record in found if record]

    def _record(self, path: Path) -> dict[str, Any] | None:
        """A model.json, read once; None if the folder was deleted meanwhile."""
        try:
            if path not in self._records:
                self._records[path] = shelf.read_json(path)
            return self._records[path] if path.exists() else None
        except FileNotFoundError:
            return None

    def get(self, model_id: str) -> Model | None:
        return next((model for model in self.all() if model.id == model_id), None)

    def trainable(self, model_id: str) -> Model:
        """The base or tuned model to train further. Raises ApiError 400 and BaseModelError."""
        model = self.get(model_id)
        if model is None:
            self._check_base(model_id)
            message = f"Model {model_id} is not available for fine-tuning or does not exist."
            raise ApiError(message, code="model_not_available")
        return model

    def answering(self, model_id: str, form: str) -> Model:
        """The model that shall answer in `form` ("chat" or "completions"). Raises ApiError 404 and BaseModelError."""
        model = self.get(model_id)
        if model is None:
            self._check_base(model_id)
            raise no_model(model_id)
        if model.format not in (form, "both"):
            raise ApiError(_WRONG_FORM[form], "model", status=404)
        return model

    def _check_base(self, model_id: str) -> None:
        """Raises BaseModelError when a model is not there because of the file it builds on."""
        parts = model_id.split(":")
        check_base(self.config, parts[1] if parts[0] == "ft" and len(parts) > 1 else model_id)

    def checkpoints(self, job_id: str) -> list[dict[str, Any]]:
        """The API's checkpoint objects of a job, oldest first; the finished model is that of the last epoch."""
        records = [record for _, record in self._tuned() if record["job_id"] == job_id]
        return [_checkpoint(record) for record in sorted(records, key=lambda record: record["step"])]


_WRONG_FORM = {
    "completions": "This is a chat model and not supported in the v1/completions endpoint. "
    "Did you mean to use v1/chat/completions?",
    "chat": "This is not a chat model and thus not supported in the v1/chat/completions endpoint. "
    "Did you mean to use v1/completions?",
}


def _checkpoint(record: dict[str, Any]) -> dict[str, Any]:
    return {
        "object": "fine_tuning.job.checkpoint",
        "id": record["checkpoint_id"],
        "created_at": record["created_at"],
        "fine_tuned_model_checkpoint": record["id"],
        "fine_tuning_job_id": record["job_id"],
        "metrics": record["metrics"],
        "step_number": record["step"],
    }


def _catalog() -> Catalog:
    return current_app.extensions["engine"].models


@models.get("")
def index() -> Response:
    catalog = _catalog()
    return jsonify({"object": "list", "data": [model.view(catalog.config.organization) for model in catalog.all()]})


@models.get("/<path:model_id>")
def retrieve(model_id: str) -> Response:
    return jsonify(_found(model_id).view(_catalog().config.organization))


@models.delete("/<path:model_id>")
def delete(model_id: str) -> Response:
    model = _found(model_id)
    if model.folder is None:
        raise ApiError(f"The model '{model_id}' is a base model and cannot be deleted.", "model", status=403)
    shelf.remove_folder(model.folder)
    return jsonify({"id": model_id, "object": "model", "deleted": True})


def _found(model_id: str) -> Model:
    model = _catalog().get(model_id)
    if model is None:
        raise ApiError(f"The model '{model_id}' does not exist", "model", "model_not_found", 404)
    return model
