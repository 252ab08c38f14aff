"""ShareGPT and its relatives: a list of `conversations` in each row, each message with who said it and what."""

from __future__ import annotations

from typing import Any

from chatbot.data.forms.common import reading_of_log, reject
from chatbot.data.mapping import Mapping
from chatbot.data.reading import Reading, Table
from chatbot.data.sides import Said
from chatbot.records import DataError, Message

COLUMNS = ("conversations", "conversation", "dialog", "dialogue", "turns", "items", "chat")
SPEAKERS = ("from", "role", "speaker", "sender", "author", "user")
TEXTS = ("value", "content", "text", "message", "utterance")


def lists(name: str, table: Table, mapping: Mapping) -> Reading | None:
    """Rows in which one column is a list of messages. Raises DataError when none has two sides."""
    column = next((column for column in COLUMNS if column in table.columns and _is_list(table, column)), None)
    if not column or mapping.columns():
        return None
    messages = []
    for number, (line, row) in enumerate(zip(table.lines, table.rows)):
        record = dict(zip(table.columns, row))
        said = messages_of_list(record[column])
        if not said:
            reject(table, line, Message("there is no message with a speaker and a text"))
        elif record.get("system"):
            said.insert(0, ("system", str(record["system"])))
        messages += [Said(str(number), speaker, text, line) for speaker, text in said]
    if not messages:
        raise DataError(Message("%(name)s has no message with a speaker and a text.", name=name))
    return reading_of_log(name, table, messages, mapping)


def messages_of_list(value: Any) -> list[tuple[str, str]]:
    """(speaker, text) of objects that name both, or of texts that take turns, the human first."""
    found = value if isinstance(value, list) else []
    if found and all(isinstance(text, str) for text in found):
        return [(("human", "bot")[number % 2], text) for number, text in enumerate(found)]
    said = ((_first(message, SPEAKERS), _first(message, TEXTS)) for message in found if isinstance(message, dict))
    return [(speaker, text) for speaker, text in said if speaker and text]


def _first(message: dict[str, Any], keys: tuple[str, ...]) -> str:
    return next((message[key] for key in keys if isinstance(message.get(key), str)), "")


def _is_list(table: Table, column: str) -> bool:
    index = table.columns.index(column)
    return any(isinstance(row[index], list) for row in table.rows[:20])
