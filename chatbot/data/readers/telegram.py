"""Telegram: `result.json`, of one chat or of all."""

from __future__ import annotations

from typing import Any

from chatbot.data.file import File
from chatbot.data.json_text import lines_under
from chatbot.data.reading import Table
from chatbot.data.transcripts import COLUMNS


def recognises(file: File) -> bool:
    found = file.document if b'"from_id"' in file.content else None
    return isinstance(found, dict) and bool(_chats(found))


def read(file: File) -> Table:
    """One row a message; a new day begins another conversation. What is no text, such as a call, is left out."""
    chats = _chats(file.document)
    rows, lines = [], []
    places = iter(lines_under(file.source.text(), "messages", sum(len(chat["messages"]) for chat in chats)))
    for chat in chats:
        for message, line in zip(chat["messages"], places):
            text = _text(message.get("text")) if isinstance(message, dict) and message.get("type") == "message" else ""
            if text and message.get("from"):
                day = str(message.get("date", ""))[:10]
                rows.append((f"{chat.get('id', '')}/{day}", str(message["from"]), text, str(message.get("date", ""))))
                lines.append(line)
    return Table(list(COLUMNS), rows, lines)


def _chats(found: dict[str, Any]) -> list[dict[str, Any]]:
    whole = found.get("chats")
    chats = whole.get("list", []) if isinstance(whole, dict) else [found]
    return [chat for chat in chats if isinstance(chat, dict) and isinstance(chat.get("messages"), list)]


def _text(value: Any) -> str:
    """Plain, or a list of plain parts and of objects for what is bold or a link."""
    parts = value if isinstance(value, list) else [value]
    return "".join(part if isinstance(part, str) else str(part.get("text", "")) for part in parts if isinstance(part, (str, dict)))
