"""Chat training files: a list of `messages` in each row."""

from __future__ import annotations

from chatbot.data.chat_lines import TOOLS, calls, fault, to_dialogue, with_texts
from chatbot.data.forms.common import reading_of, reject
from chatbot.data.mapping import Mapping
from chatbot.data.places import placed
from chatbot.data.reading import Reading, Table
from chatbot.records import DataError, Message


def messages(name: str, table: Table, mapping: Mapping) -> Reading | None:
    """Lines that cannot be learnt from are left out. Raises DataError when none is left."""
    if "messages" not in table.columns or mapping.columns():
        return None
    records, lines, dialogues, n_tools = [], [], [], 0
    for line, row in zip(table.lines, table.rows):
        record = {key: cell for key, cell in zip(table.columns, row) if cell != ""}
        reason = fault(record)
        if reason:
            reject(table, line, reason)
        else:
            record = with_texts(record)
            records.append(record)
            lines.append(line)
            dialogues.append(to_dialogue(record, str(placed(name, line))))
            n_tools += any(calls(message) or message["role"] in TOOLS for message in record["messages"])
    if n_tools:
        table.warnings.append(
            Message("Conversations with calls of tools: %(n)s. The calls stay in the file; what is learnt is the words.", n=n_tools)
        )
    if not records:
        raise DataError(nothing_usable(name, table))
    return reading_of("chat", table, dialogues=dialogues, records=records, lines=lines, conversion=table.conversion)


def nothing_usable(name: str, table: Table) -> Message:
    first = table.rejected[0]
    file, line = placed(name, first.line)
    return Message("%(name)s has no usable conversation. Line %(line)s: %(reason)s.", name=file, line=line, reason=first.reason)
