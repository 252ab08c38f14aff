"""How much memory a served model takes, and how much there is."""

from __future__ import annotations

from pathlib import Path

from .bases import Base
from .config import EngineConfig

_MEMINFO = Path("/proc/meminfo")
_AROUND = 200 * 2**20  # bytes: the process itself and llama.cpp's working buffers


def needed(config: EngineConfig, base: Base) -> int:
    """Bytes that serving a base takes, an upper guess: its weights, and the keys and values of every slot."""
    context = config.slots * min(config.context, base.context_length)
    return 2 * base.gguf.stat().st_size + context * base.kv_bytes + _AROUND


def available() -> float:
    """Bytes a new process can get without swapping; infinite where the system does not tell."""
    if not _MEMINFO.exists():
        return float("inf")
    lines = dict(line.split(":", 1) for line in _MEMINFO.read_text().splitlines())
    return int(lines["MemAvailable"].split()[0]) * 1024
