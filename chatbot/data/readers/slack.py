"""Slack: the messages of one day as JSON, or the whole export as a ZIP of channels."""

from __future__ import annotations

import html
import re
from typing import Any, Iterable

from chatbot.data.file import File
from chatbot.data.json_text import elements
from chatbot.data.places import Line, Place
from chatbot.data.reading import Table
from chatbot.data.readers.talks import inner, list_in
from chatbot.data.transcripts import COLUMNS

DAY = re.compile(r"(.+)/\d{4}-\d\d-\d\d\.json$")
MARKUP = re.compile(r"<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>")
SPOKEN = ("bot_message", "thread_broadcast", "me_message", "file_share")  # subtypes in which somebody says something


def recognises(file: File) -> bool:
    found = file.document if b'"ts"' in file.content else None
    return isinstance(found, list) and any(isinstance(message, dict) and _is_message(message) for message in found)


def read(file: File) -> Table:
    return _table(("", line, message) for line, message, _ in elements(file.source.text()))


def recognises_export(file: File) -> bool:
    return any(map(DAY.match, file.archive.names)) and any(file.archive.ending("users.json", "channels.json"))


def read_export(file: File) -> Table:
    """Every channel, day by day. Raises DataError for a day that is no JSON."""
    users = {str(user.get("id")): _name(user) for entry in file.archive.ending("users.json") for _, user in list_in(file, entry) if isinstance(user, dict)}
    days = sorted(name for name in file.archive.names if DAY.match(name))
    channel = {name: DAY.match(name)[1] for name in days}  # type: ignore[index]
    messages = ((channel[name], Place(name, line), message) for name in days for line, message in list_in(file, name))
    return _table(messages, users)


def _table(messages: Iterable[tuple[str, Line, Any]], users: dict[str, str] = {}) -> Table:
    """A thread is a conversation, and so is what is said in a channel on one day outside of threads."""
    rows, lines = [], []
    for channel, line, message in messages:
        if isinstance(message, dict) and _is_message(message):
            ts = str(message["ts"])
            talk = str(message.get("thread_ts") or f"{channel}/{int(float(ts)) // 86400}")
            rows.append((talk, _speaker(message, users), _text(message["text"], users), ts))
            lines.append(line)
    return Table(list(COLUMNS), rows, lines)


def _is_message(message: dict[str, Any]) -> bool:
    is_spoken = message.get("type", "message") == "message" and message.get("subtype", SPOKEN[0]) in SPOKEN
    is_timed = re.fullmatch(r"\d{1,12}(\.\d{1,12})?", str(message.get("ts"))) is not None
    return is_spoken and is_timed and isinstance(message.get("text"), str)


def _speaker(message: dict[str, Any], users: dict[str, str]) -> str:
    user = str(message.get("user") or "")
    profile = inner(message, "user_profile") or inner(message, "bot_profile")
    found = users.get(user) or message.get("username") or profile.get("real_name") or profile.get("name") or user
    return str(found or "bot")


def _name(user: dict[str, Any]) -> str:
    profile = inner(user, "profile")
    return str(profile.get("display_name") or user.get("real_name") or profile.get("real_name") or user.get("name") or "")


def _text(text: str, users: dict[str, str]) -> str:
    """Without Slack's markup: `<@U1>` is a name, `<https://x|label>` its label."""

    def spoken(match: re.Match[str]) -> str:
        sign, target, label = match.groups()
        if sign == "@":
            return "@" + (users.get(target) or label or target)
        return {"#": "#", "!": "@"}.get(sign, "") + (label or target)

    return html.unescape(MARKUP.sub(spoken, text))
