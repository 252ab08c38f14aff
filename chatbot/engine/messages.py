"""The messages of a conversation in a request: their checks."""

from __future__ import annotations

from typing import Any

from chatbot.engine.plain import plain
from chatbot.engine.validate import Check, Number, checked, empty, missing, one_of, typed, unsupported, wrong_type

ROLES = ("system", "assistant", "user", "function", "tool", "developer")
_TEXT = typed(str)
_KEYS: dict[str, Check] = {
    "role": one_of(*ROLES),
    "content": lambda name, value: value,  # looked at on its own
    "name": _TEXT,
    "tool_calls": typed(list),
    "tool_call_id": _TEXT,
    "function_call": typed(dict),
    "refusal": _TEXT,
    "annotations": typed(list),
    "audio": lambda name, value: _no_sound(name),
}
_CALL: dict[str, Check] = {"id": typed(str), "type": one_of("function"), "function": typed(dict), "index": Number(0)}
_CALLED: dict[str, Check] = {"name": typed(str), "arguments": typed(str)}


def checked_messages(name: str, value: Any) -> list[dict[str, Any]]:
    """The messages of a request in plain form. Raises ApiError 400."""
    if not isinstance(value, list):
        raise wrong_type(name, "an array of objects", value)
    if not value:
        raise empty(name)
    for number, message in enumerate(value):
        _check(f"{name}[{number}]", message)
    return [plain(message) for message in value]


def _check(path: str, message: Any) -> None:
    if not isinstance(message, dict):
        raise wrong_type(path, "an object", message)
    checked(message, _KEYS, ("role",), f"{path}.")
    for place, call in enumerate(message.get("tool_calls") or []):
        where = f"{path}.tool_calls[{place}]"
        checked(typed(dict)(where, call), _CALL, ("function",), f"{where}.")
        checked(call["function"], _CALLED, ("name", "arguments"), f"{where}.function.")
    if message.get("function_call"):
        checked(message["function_call"], _CALLED, ("name", "arguments"), f"{path}.function_call.")
    for role, key in (("tool", "tool_call_id"), ("function", "name")):
        if message["role"] == role and not message.get(key):
            raise missing(f"{path}.{key}")
    _check_content(f"{path}.content", message)


def _no_sound(name: str) -> None:
    raise unsupported(name, "This model reads only text, so no earlier answer in sound.")


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
    if not content:
        raise empty(path)
    for number, part in enumerate(content):
        _check_part(f"{path}[{number}]", part, message["role"])


def _check_part(path: str, part: Any, role: str) -> None:
    kind = typed(dict)(path, part).get("type")
    if kind is None:
        raise missing(f"{path}.type")
    if kind != "text" and (kind, role) != ("refusal", "assistant"):
        raise unsupported(f"{path}.type", f"This model reads only text. '{path}' is of the type '{kind}'.")
    checked(part, {"type": _TEXT, kind: _TEXT}, (kind,), f"{path}.")
