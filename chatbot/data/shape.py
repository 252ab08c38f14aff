"""From a table to its meaning: the first of these forms that its columns, or a person's mapping, speak for."""

from __future__ import annotations

from typing import Callable

from chatbot.data.forms import chat, conversations, pairs, preferences, questions, turns
from chatbot.data.mapping import Mapping
from chatbot.data.reading import Reading, Table
from chatbot.records import DataError, Message

Form = Callable[[str, Table, Mapping], Reading | None]
FORMS: tuple[Form, ...] = (
    pairs.prompts_and_completions,
    chat.messages,
    preferences.pairs,
    conversations.lists,
    questions.instructions,
    questions.by_name,
    turns.by_speaker,
    turns.alternating,
    turns.one_conversation_a_row,
    turns.numbered,
    turns.by_content,
    questions.by_content,
    questions.alone,
)


def shape(name: str, table: Table, mapping: Mapping) -> Reading:
    """Understand a table. Raises DataError when no form fits or no row can be used."""
    if not table.rows:
        raise DataError(Message("%(name)s has no rows below its column names. Add dialogues and try again.", name=name))
    _check(name, table, mapping)
    for form in FORMS:
        reading = form(name, table, mapping)
        if reading:
            return reading
    raise DataError(
        Message(
            "%(name)s has the columns %(columns)s. Needed is a column Text (one turn per row, bot and human in turn), a "
            "question and an answer, or a speaker and a text: rename the columns, or say which is which, and try again.",
            name=name,
            columns=", ".join(f"“{column}”" for column in table.columns[:12]) or "“”",
        )
    )


def _check(name: str, table: Table, mapping: Mapping) -> None:
    """A person may only choose columns that are there."""
    for column in mapping.columns().values():
        if column not in table.columns:
            raise DataError(Message("%(name)s has no column “%(column)s”. Choose another one.", name=name, column=column))
