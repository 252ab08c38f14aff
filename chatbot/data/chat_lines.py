"""Lines of a chat training file: what makes one unusable, and how it reads as a dialogue."""

from __future__ import annotations

from chatbot.data.reading import ChatRecord
from chatbot.records import Dialogue, Message, Role, Turn

ROLES: dict[str, Role] = {"system": "system", "developer": "system", "user": "user", "assistant": "assistant"}


def fault(record: ChatRecord) -> Message | None:
    """Why a line cannot be learnt from, as the end of a sentence; None when it can."""
    messages = record.get("messages")
    if not isinstance(messages, list) or not messages:
        return Message("there is no list of messages")
    for number, message in enumerate(messages, 1):
        if not isinstance(message, dict) or message.get("role") not in ROLES:
            return Message("message %(number)s is by none of system, user and assistant", number=number)
        if not isinstance(message.get("content"), str):
            return Message("message %(number)s has no text", number=number)
    if not any(message["role"] == "assistant" and message.get("weight") != 0 for message in messages):
        return Message("there is no answer by the assistant")
    return None


def to_dialogue(record: ChatRecord, source: str = "") -> Dialogue:
    """The messages as turns; see `fault` for what they must be."""
    return Dialogue(tuple(Turn(ROLES[message["role"]], message["content"]) for message in record["messages"]), source)


def from_dialogue(dialogue: Dialogue) -> ChatRecord:
    return {"messages": [{"role": turn.role, "content": turn.text} for turn in dialogue.turns]}
