"""Lines of a chat training file: what makes one unusable, and how it reads as a dialogue."""

from __future__ import annotations

import json

from chatbot.data.reading import ChatRecord
from chatbot.records import Dialogue, Message, Role, Turn

ROLES: dict[str, Role] = {"system": "system", "developer": "system", "user": "user", "assistant": "assistant"}
TOOLS = ("tool", "function")  # who answers a call, which is no side of a dialogue
CALLS = ("tool_calls", "function_call")


def fault(record: ChatRecord) -> Message | None:
    """Why a line cannot be learnt from, as the end of a sentence; None when it can."""
    messages = record.get("messages")
    if not isinstance(messages, list) or not messages:
        return Message("there is no list of messages")
    for number, message in enumerate(messages, 1):
        if not isinstance(message, dict) or str(message.get("role")) not in (*ROLES, *TOOLS):
            return Message("message %(number)s is by none of system, user and assistant", number=number)
        if not isinstance(message.get("content"), str) and not calls(message):
            return Message("message %(number)s has no text", number=number)
    if not _can_be_written(record):
        return Message("there is half a character, such as a broken emoji")
    roles = [message["role"] for message in messages]
    learnt = [number for number, message in enumerate(messages) if roles[number] == "assistant" and message.get("weight") != 0]
    if not learnt:
        return Message("there is no answer by the assistant")
    return None if "user" in roles[: learnt[-1]] else Message("the assistant answers before anything was asked")


def to_dialogue(record: ChatRecord, source: str = "") -> Dialogue:
    """The messages as turns, without calls of tools and their results; see `fault` for what they must be."""
    said = (message for message in record["messages"] if message["role"] in ROLES and message["content"])
    return Dialogue(tuple(Turn(ROLES[message["role"]], message["content"]) for message in said), source)


def from_dialogue(dialogue: Dialogue) -> ChatRecord:
    """A line of a chat training file. What the bot said before anything was asked is not learnt."""
    messages = [{"role": turn.role, "content": turn.text} for turn in dialogue.turns]
    for message in messages:
        if message["role"] == "user":
            break
        if message["role"] == "assistant":
            message["weight"] = 0
    return {"messages": messages}


def calls(message: ChatRecord) -> bool:
    """Whether the assistant calls a tool here, for which it needs no words."""
    return any(message.get(key) for key in CALLS)


def with_texts(record: ChatRecord) -> ChatRecord:
    """The same with an empty text where a call stands alone."""
    return record | {"messages": [message if message.get("content") is not None else message | {"content": ""} for message in record["messages"]]}


def _can_be_written(record: ChatRecord) -> bool:
    try:
        return bool(json.dumps(record, ensure_ascii=False).encode())
    except UnicodeEncodeError:
        return False
