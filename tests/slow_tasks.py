"""Tasks for work aside that go on until somebody cancels them."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from chatbot.flows.reading import READING


def read(made: Path, tell: Any, source: dict[str, Any]) -> None:
    for _ in range(60_000):
        tell(READING, 0.25, 1234)
        time.sleep(0.01)
