"""Who the bot is now."""

from __future__ import annotations

from typing import Any

from chatbot.prompting import DSA
from chatbot.records import Persona
from chatbot.store import options


def current_persona(house: Any) -> Persona:
    """The persona the admin has set, or the one of the 2023 script."""
    return options.persona(house.store) or DSA
