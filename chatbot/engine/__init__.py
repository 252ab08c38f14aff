"""An OpenAI-compatible server of its own: it keeps files, trains models and lets them answer, all on this machine.

An island: it imports nothing of Homegrown's other rooms, and they speak to it only in the OpenAI language.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from chatbot.engine.config import EngineConfig

if TYPE_CHECKING:
    from flask import Flask

__all__ = ["EngineConfig", "create_engine"]


def create_engine(config: EngineConfig, key_is_valid: Callable[[str], bool]) -> "Flask":
    """The engine's app; `app.extensions["engine"]` has `.start()` (run jobs) and `.close()` (stop children)."""
    from chatbot.engine.app import make_app  # the trainer imports this package too, and needs no web server

    return make_app(config, key_is_valid)
