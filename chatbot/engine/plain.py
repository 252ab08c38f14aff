"""The plain form of messages that chat templates understand, for chat and for training alike, so that the model
meets the same text in both."""

from __future__ import annotations

import json
from typing import Any


def plain(message: dict[str, Any]) -> dict[str, Any]:
    """A message as chat templates know it: old and new names made one, parts of text joined, empty fields gone."""
    kept = {
        key: value for key, value in message.items() if key in ("content", "name", "tool_call_id") and value is not None
    }
    kept["role"] = {"developer": "system", "function": "tool"}.get(message["role"], message["role"])
    content = kept.get("content", "")
    if isinstance(content, list):
        kept["content"] = "\n".join(part[part["type"]] for part in content)
    kept.setdefault("content", "")
    calls = message.get("tool_calls") or []
    if message.get("function_call"):
        calls = [{"id": "call_0", "type": "function", "function": message["function_call"]}]
    return kept | {"tool_calls": [_plain_call(call) for call in calls]} if calls else kept


def _plain_call(call: dict[str, Any]) -> dict[str, Any]:
    """A call whose arguments are an object: templates write them as JSON themselves."""
    function = call["function"]
    try:
        return call | {"function": function | {"arguments": json.loads(function["arguments"])}}
    except (ValueError, TypeError):
        return call
