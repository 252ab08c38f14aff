"""Sentences on their way through JSON: into the database, and out of a process that works aside."""

from __future__ import annotations

from typing import Any

from chatbot.records import Message


def message_as_json(message: Message) -> list[Any]:
    """Template and values; a value that is a sentence itself becomes such a list too."""
    return [message.template, {name: message_as_json(value) if isinstance(value, Message) else value for name, value in message.values}]


def message_from_json(value: list[Any]) -> Message:
    template, values = value
    return Message(template, **{name: message_from_json(value) if isinstance(value, list) else value for name, value in values.items()})
