"""Where the request at hand came to."""

from __future__ import annotations

from typing import Any

from flask import current_app

from chatbot.store import Store


def current_house() -> Any:
    """The parts of this installation (`chatbot.house.House`)."""
    return current_app.extensions["homegrown"]


def current_store() -> Store:
    return current_house().store
