"""The folder of a finished model in `home/models`: adapter in both forms, and `model.json`, written last."""

from __future__ import annotations

import re
import time
from pathlib import Path

from .. import adapter, cache, shelf
from ..bases import Base, training_folder
from ..config import EngineConfig
from ..filestore import RESULTS, FileStore, new_file_id
from ..jobfolder import JobFolder
from . import lora

_KEPT_CHECKPOINTS = 2  # besides the final model: the last three epochs in all


def model_name(base: str, organization: str, suffix: str | None) -> str:
    """A new name as OpenAI forms them; a checkpoint's has `:ckpt-step-N` behind it."""
    slug = re.sub(r"[^a-z0-9]+", "-", (suffix or "").lower()).strip("-")
    return f"ft:{base}:{organization}:{slug}:{shelf.new_id('', 8)}"


class Publisher:
    """Makes models of one job's layers."""

    def __init__(self, config: EngineConfig, job: JobFolder, base: Base, layers: dict[str, lora.LoraLinear]):
        self._config, self._job, self._base, self._layers = config, job, base, layers
        self._models = config.home / "models"

    def checkpoint(self, step: int, metrics: dict) -> str:
        """The name of the model after `step`, which stays until two later epochs have theirs."""
        name = self._publish(step, "checkpoint", metrics)["id"]
        for old in self._checkpoints()[_KEPT_CHECKPOINTS:]:
            shelf.remove_folder(old)
        return name

    def final(self, step: int, metrics: dict, table: str) -> tuple[str, str]:
        """The name of the finished model, and the id of its result file, which holds `table`."""
        known = self._publish(step, "final", metrics, table)
        files = FileStore(self._config.home)
        if not files.get(known["result_file"]):  # else a trainer that was killed right afterwards made it
            files.add("step_metrics.csv", table.encode(), RESULTS, file_id=known["result_file"])
        return known["id"], known["result_file"]

    def _checkpoints(self) -> list[Path]:
        """Newest first."""
        found = self._models.glob(f"{self._job.id}-step-*")
        return sorted(found, key=lambda path: int(path.name.rpartition("-")[2]), reverse=True)

    def _publish(self, step: int, kind: str, metrics: dict, table: str = "") -> dict:
        target = self._models / (f"{self._job.id}-step-{step}" if kind == "checkpoint" else self._job.id)
        if not target.exists():  # else a trainer that was killed right afterwards made it
            with shelf.new_folder(target) as folder:
                self._fill(folder, step, kind, metrics, table)
        return shelf.read_json(target / "model.json")

    def _fill(self, folder: Path, step: int, kind: str, metrics: dict, table: str) -> None:
        asked = self._job.request
        lora.save(self._layers, self._base.id, folder)
        model_config = training_folder(self._config, self._base) / "config.json"
        adapter.convert(folder, model_config, self._base.architecture, folder / "adapter.gguf")
        if table:
            (folder / "step_metrics.csv").write_text(table)
        cache.sync_tree(folder)
        name = model_name(self._base.id, asked["organization"], asked["suffix"])
        known = {
            "id": name if kind == "final" else f"{name}:ckpt-step-{step}",
            "created_at": int(time.time()),
            "base": self._base.id,
            "base_sha256": self._base.sha256,
            "parent": asked["parent_model"],
            "job_id": self._job.id,
            "format": asked["format"],
            "adapter_sha256": cache.sha256_of(folder / "adapter.gguf"),
            "kind": kind,
            "step": step,
            "checkpoint_id": shelf.new_id("ftckpt_"),
            "metrics": metrics,
            "result_file": new_file_id() if kind == "final" else None,
        }
        shelf.write_json(folder / "model.json", known)


def parent_folder(config: EngineConfig, model_id: str) -> Path:
    """The folder of a tuned model. Raises FileNotFoundError."""
    for path in (config.home / "models").glob("*/model.json"):
        if shelf.read_json(path)["id"] == model_id:
            return path.parent
    raise FileNotFoundError(f"The model {model_id}, which this job continues, was deleted.")
