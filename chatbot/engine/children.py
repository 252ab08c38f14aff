"""What the engine's child processes get from this one: the place of the code, and an environment without secrets."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TEMP", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "SYSTEMROOT")


def environment(**more: str) -> dict[str, str]:
    """The few variables a child needs, and `more`; API keys and the site's secrets stay here."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return kept | {"PYTHONUNBUFFERED": "1", "HF_HUB_OFFLINE": "1"} | more
