"""Rows of a dataset version: a conversation or a pair in OpenAI form; its turns, its text for searching, what is odd about it."""

from __future__ import annotations

import json
import re
from typing import Any, Sequence

from chatbot.data.chat_lines import ROLES, fault
from chatbot.records import DataError, Message, Turn

Record = dict[str, Any]  # {"messages": […]} or {"prompt": …, "completion": …}, with whatever else the file had

LONG = 10_000  # characters of a row that training would cut off
WEAK = 12  # bytes; shorter questions, such as a greeting, do not tie conversations together
WARNINGS = {
    "empty": Message("a message is empty"),
    "repeated": Message("repeats an earlier row"),
    "contradicts": Message("another row answers the same differently"),
    "long": Message("very long"),
}
FLAGS = {name: 1 << bit for bit, name in enumerate(WARNINGS)}


def is_pair(record: Record) -> bool:
    return "messages" not in record and "prompt" in record


def turns(record: Record) -> list[Turn]:
    """What was said, in order. A prompt counts as the person's, its completion as the bot's."""
    if is_pair(record):
        return [Turn("user", str(record["prompt"])), Turn("assistant", str(record.get("completion", "")))]
    messages = record.get("messages") or []
    return [Turn(ROLES.get(message.get("role"), "assistant"), _text(message)) for message in messages]


def with_turns(record: Record, said: Sequence[Turn]) -> Record:
    """The same row with other words. What else a message carries (weight, name …) stays where its side still speaks.

    Raises DataError with a sentence when nothing could be learned from it."""
    if is_pair(record):
        if [turn.role for turn in said] != ["user", "assistant"]:
            raise DataError(Message("This row is one question with one answer. It needs both, in this order."))
        return record | {"prompt": said[0].text, "completion": said[1].text}
    old = record.get("messages") or []
    kept = [old[at] if at < len(old) and ROLES.get(old[at].get("role")) == turn.role else {} for at, turn in enumerate(said)]
    messages = [{"role": turn.role} | before | {"content": turn.text} for before, turn in zip(kept, said)]
    changed = record | {"messages": messages}
    reason = fault(changed)
    if reason:
        raise DataError(Message("This conversation cannot be learned from: %(reason)s.", reason=reason))
    return changed


def as_chat(record: Record) -> Record:
    """A pair as a conversation; a conversation as it is."""
    if not is_pair(record):
        return record
    return {"messages": [{"role": turn.role, "content": turn.text.strip()} for turn in turns(record)]}


def line_of(record: Record) -> bytes:
    """The row as a line of JSONL."""
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace") + b"\n"


def folded(text: str) -> bytes:
    """A text as it is searched: letter case and line breaks make no difference."""
    return " ".join(text.split()).casefold().encode("utf-8", "replace")


def searchable(record: Record) -> bytes:
    """Everything said in a row, as one line."""
    return folded(" ".join(turn.text for turn in turns(record)))


def own_warnings(record: Record) -> int:
    """What can be said about a row without looking at others, as bits of FLAGS."""
    said = [turn.text for turn in turns(record)]
    empty = not all(text.strip() for text in said)
    return empty * FLAGS["empty"] | (sum(map(len, said)) > LONG) * FLAGS["long"]


def question_keys(record: Record) -> set[str]:
    """What was asked, without case, blanks and punctuation: rows that share one of these ask the same."""
    asked = [re.sub(r"\W+", "", turn.text.casefold()) for turn in turns(record) if turn.role == "user"]
    return {key for key in asked if len(key.encode("utf-8", "replace")) >= WEAK} or {"\n".join(asked)}


def asked_and_answered(record: Record) -> tuple[str, str]:
    """Everything before the last answer, and that answer, as they are compared for contradictions."""
    said = [f"{turn.role}:{turn.text.strip()}" for turn in turns(record)]
    return "\n".join(said[:-1]).casefold(), said[-1] if said else ""




def _text(message: Record) -> str:
    content = message.get("content")
    return content if isinstance(content, str) else ""
