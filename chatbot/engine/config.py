"""What the engine is told when it is made: folders, limits, threads. Written to JSON for the trainer process."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class EngineConfig:
    """Folders and limits of one engine. `home` is worth a backup, `cache` can be made again."""

    home: Path  # files, jobs and tuned models
    cache: Path  # copies of base models in the forms that serving and training need
    models: Path  # a person's own *.gguf files
    organization: str = "local"  # third part of a tuned model's name
    threads: int = os.cpu_count() or 1
    max_running_jobs: int = 1
    max_loaded_models: int = 3
    context: int = 4096  # tokens one conversation may fill
    slots: int = 8  # answers one model writes at the same time, at most (see memory.slots)
    queue: int = 32  # requests that may wait for a slot of one model
    results_base64: bool = True  # OpenAI sends result files in base64

    def to_dict(self) -> dict:
        """The configuration as JSON values, for another process."""
        return {name: str(value) if isinstance(value, Path) else value for name, value in asdict(self).items()}

    @classmethod
    def from_dict(cls, values: dict) -> "EngineConfig":
        """The opposite of `to_dict`."""
        return cls(**values | {name: Path(values[name]) for name in ("home", "cache", "models")})

    def save(self, path: Path) -> None:
        """Write the configuration where another process can `load` it."""
        path.write_text(json.dumps(self.to_dict(), indent=1))

    @classmethod
    def load(cls, path: Path) -> "EngineConfig":
        """Read what `save` wrote."""
        return cls.from_dict(json.loads(path.read_text()))
