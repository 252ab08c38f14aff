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
    """What was said, in order. A prompt counts as the person's, its completion as the bot's; of two answers the better."""
    if is_pair(record):
        return [Turn("user", str(record["prompt"])), Turn("assistant", str(record.get("completion", "")))]
    messages = record.get("messages") or [*(record.get("input") or {}).get("messages", ()), *record.get("preferred_output", ())]
    return [Turn(ROLES.get(message.get("role"), "assistant"), _text(message)) for message in messages]


def is_editable(record: Record) -> bool:
    """Whether a row is nothing but texts by sides we know; calls of tools, for one, are left as they are."""
    if is_pair(record):
        return isinstance(record.get("prompt"), str) and isinstance(record.get("completion"), str)
    return all(message.get("role") in ROLES and isinstance(message.get("content"), str) for message in record.get("messages") or [{}])


def with_turns(record: Record, said: Sequence[Turn], places: Sequence[int | None]) -> Record:
    """The same row with other words. `places` say which message of the row each one was (None: a new one), so that what
    else it carries, such as a weight, stays with it. In a conversation, messages without text are left out.

    Raises DataError with a sentence when nothing could be learned from it."""
    if is_pair(record):
        if [turn.role for turn in said] != ["user", "assistant"] or not said[1].text.strip():
            raise DataError(Message("This row is a question with its answer. Write both."))
        return record | {"prompt": _kept(said[0].text, record["prompt"]), "completion": _kept(said[1].text, record["completion"])}
    old = record.get("messages") or []
    messages = []
    for turn, place in zip(said, places):
        before = old[place] if place is not None and place < len(old) else {}
        role = before["role"] if before and ROLES[before["role"]] == turn.role else turn.role
        if turn.text.strip():
            messages.append(before | {"role": role, "content": _kept(turn.text, before.get("content", ""))})
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


def _kept(text: str, before: str) -> str:
    """A browser hands line ends out in its own way: only other words are a change."""
    text = text.replace("\r\n", "\n")
    return before if text == before.replace("\r\n", "\n").replace("\r", "\n") else text
