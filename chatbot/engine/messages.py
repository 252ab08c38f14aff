"""The messages of a conversation in a request: their checks."""

from __future__ import annotations

from typing import Any

from chatbot.engine.errors import ApiError
from chatbot.engine.plain import plain
from chatbot.engine.validate import Check, Number, checked, missing, one_of, typed, wrong_type, wrong_value

ROLES = ("system", "assistant", "user", "function", "tool", "developer")
KEYS = {
    "role", "content", "name", "tool_calls", "tool_call_id", "function_call", "refusal", "annotations", "audio",
}  # fmt: skip
_CALL: dict[str, Check] = {"id": typed(str), "type": one_of("function"), "function": typed(dict), "index": Number(0)}
_CALLED: dict[str, Check] = {"name": typed(str), "arguments": typed(str)}


def checked_messages(name: str, value: Any) -> list[dict[str, Any]]:
    """The messages of a request in plain form. Raises ApiError 400."""
    if not isinstance(value, list):
        raise wrong_type(name, "an array of objects", value)
    if not value:
        message = (
            f"Invalid '{name}': empty array. Expected an array with minimum length 1, but got an empty array instead."
        )
        raise ApiError(message, name, "empty_array")
    for number, message in enumerate(value):
        _check(f"{name}[{number}]", message)
    return [plain(message) for message in value]


def _check(path: str, message: Any) -> None:
    if not isinstance(message, dict):
        raise wrong_type(path, "an object", message)
    if message.get("role") is None:
        raise missing(f"{path}.role")
    if message["role"] not in ROLES:
        raise wrong_value(f"{path}.role", message["role"], ROLES)
    for key in message.keys() - KEYS:
        raise ApiError(f"Unknown parameter: '{path}.{key}'.", f"{path}.{key}", "unknown_parameter")
    for place, call in enumerate(message.get("tool_calls") or []):
        checked(call, _CALL, ("function",), f"{path}.tool_calls[{place}].")
        checked(call["function"], _CALLED, ("name", "arguments"), f"{path}.tool_calls[{place}].function.")
    if message["role"] == "tool" and not message.get("tool_call_id"):
        raise missing(f"{path}.tool_call_id")
    _check_content(f"{path}.content", message)


def _check_content(path: str, message: dict[str, Any]) -> None:
    content = message.get("content")
    if content is None:
        if message["role"] == "assistant" and (message.get("tool_calls") or message.get("function_call")):
            return
        raise missing(path)
    if isinstance(content, str):
        return
    if not isinstance(content, list):
        raise wrong_type(path, "a string or an array of objects", content)
    for number, part in enumerate(content):
        kind = part.get("type") if isinstance(part, dict) else None
        if kind not in ("text", "refusal"):
            message = f"This model reads only text. '{path}[{number}]' is of the type '{kind}'."
            raise ApiError(message, f"{path}[{number}].type", "unsupported_value")
        if not isinstance(part.get(kind), str):
            raise wrong_type(f"{path}[{number}].{kind}", "a string", part.get(kind))
