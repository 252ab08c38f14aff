"""Chat logs and transcripts as text: WhatsApp exports, copies out of WeChat and QQ, `Agent: …` lines, call transcripts."""

from __future__ import annotations

from chatbot.data.file import File
from chatbot.data.reading import Table
from chatbot.data.transcripts import COLUMNS, LOOKED_AT, parse, pattern_of


def recognises(file: File) -> bool:
    head = (line for line, _ in zip(file.source.lines(), range(LOOKED_AT)))
    return pattern_of(list(head)) is not None


def read(file: File) -> Table:
    """One row a message."""
    log = parse(file.source.lines())
    rows = [(str(message.conversation), message.speaker, message.text, message.date) for message in log.messages]
    return Table(list(COLUMNS), rows, [message.line for message in log.messages], rejected=log.rejected)
