"""Preference pairs: what was asked, the answer that is preferred, and the one that is not."""

from __future__ import annotations

from typing import Any

from chatbot.data.chat_lines import fault, to_dialogue, with_texts
from chatbot.data.forms.chat import nothing_usable
from chatbot.data.forms.common import reading_of, reject
from chatbot.data.mapping import Mapping
from chatbot.data.places import placed
from chatbot.data.reading import ChatRecord, Reading, Table
from chatbot.records import DataError, Message

KEYS = {"input", "preferred_output", "non_preferred_output"}


def pairs(name: str, table: Table, mapping: Mapping) -> Reading | None:
    """OpenAI's preference lines, kept as they are; the dialogues show the preferred answers. Raises DataError."""
    if not KEYS <= set(table.columns):
        return None
    records, lines, dialogues = [], [], []
    for line, row in zip(table.lines, table.rows):
        record = {key: cell for key, cell in zip(table.columns, row) if cell != ""}
        reason = preference_fault(record)
        if reason:
            reject(table, line, reason)
        else:
            records.append(record)
            lines.append(line)
            dialogues.append(to_dialogue(with_texts(as_chat(record)), str(placed(name, line))))
    if not records:
        raise DataError(nothing_usable(name, table))
    table.warnings.append(
        Message("Preference pairs: the preferred answers are learnt, the others stay in the uploaded file.")
    )
    return reading_of("preferences", table, dialogues=tuple(dialogues), records=records, lines=lines, mapping=mapping)


def preference_fault(record: ChatRecord) -> Message | None:
    """Why a line is no preference pair, as the end of a sentence; None when it is one."""
    for key in ("preferred_output", "non_preferred_output"):
        if not isinstance(record.get(key), list) or len(record[key]) != 1:
            return Message("“%(key)s” is not a list of one message", key=key)
    return fault(as_chat(record)) or fault(as_chat(record, "non_preferred_output"))


def as_chat(record: ChatRecord, output: str = "preferred_output") -> ChatRecord:
    """The question with one of its two answers as a line of a chat training file."""
    asked: Any = record.get("input")
    asked = asked if isinstance(asked, dict) else {}
    before = asked.get("messages") if isinstance(asked.get("messages"), list) else []
    return {"messages": [*before, *record[output]]} | {key: asked[key] for key in ("tools",) if key in asked}
