"""How much memory a served model takes, how many answers that lets it write at once, and how much there is."""

from __future__ import annotations

from pathlib import Path

from .bases import Base
from .config import EngineConfig

_MEMINFO = Path("/proc/meminfo")
_AROUND = 200 * 2**20  # bytes: the process itself and llama.cpp's working buffers
_KEYS_AND_VALUES = 2**30  # bytes that more than a few slots may take
_FEW = 4


def slots(config: EngineConfig, base: Base) -> int:
    """Answers that a model writes at the same time. Eight of a small model take hardly longer than four, since the
    weights are read once for all; of a large one they take gigabytes."""
    return min(config.slots, max(_FEW, _KEYS_AND_VALUES // _slot(config, base)))


def _slot(config: EngineConfig, base: Base) -> int:
    return min(config.context, base.context_length) * base.kv_bytes


def needed(config: EngineConfig, base: Base) -> int:
    """Bytes that serving a base takes, an upper guess: its weights, and the keys and values of every slot."""
    return 2 * base.gguf.stat().st_size + slots(config, base) * _slot(config, base) + _AROUND


def available() -> float:
    """Bytes a new process can get without swapping; infinite where the system does not tell."""
    if not _MEMINFO.exists():
        return float("inf")
    lines = dict(line.split(":", 1) for line in _MEMINFO.read_text().splitlines())
    return int(lines["MemAvailable"].split()[0]) * 1024
