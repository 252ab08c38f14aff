"""What a stopped training continues from: trained tensors, optimizer and position, in `checkpoints/step-N/`.

Nothing else is random or remembered: the order of the data follows from the seed alone."""

from __future__ import annotations

import io
from pathlib import Path

import torch

from .. import cache, shelf

_KEPT = 2  # the newest, and one more in case the disk spoiled it


def save(folder: Path, step: int, state: dict) -> None:
    """Keep `state` (anything torch can save) of a step; the manifest, written last, makes it count."""
    target = folder / f"step-{step}"
    cache.remove(target)
    target.mkdir(parents=True)
    whole = io.BytesIO()
    torch.save(state, whole)
    shelf.write(target / "state.pt", whole.getbuffer())  # torch itself says nothing useful about a full disk
    shelf.write_json(target / "manifest.json", {"step": step, "sha256": {"state.pt": cache.sha256_of(target / "state.pt")}})
    for old in _complete(folder)[_KEPT:]:
        cache.remove(old)


def newest(folder: Path) -> dict | None:
    """The state of the newest checkpoint whose bytes are what was written, or None."""
    for path in _complete(folder):
        if shelf.read_json(path / "manifest.json")["sha256"]["state.pt"] == cache.sha256_of(path / "state.pt"):
            return torch.load(path / "state.pt", weights_only=True)
    return None


def _complete(folder: Path) -> list[Path]:
    """Newest first."""
    found = [path.parent for path in folder.glob("step-*/manifest.json")]
    return sorted(found, key=lambda path: int(path.name.removeprefix("step-")), reverse=True)
