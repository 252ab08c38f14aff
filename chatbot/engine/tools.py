"""Functions that a model may call: how they are asked for, and how calls are read out of what it writes.

Works with models whose template writes calls as `<tool_call>{"name": …, "arguments": …}</tool_call>`; for others,
to offer tools is refused rather than ignored.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from chatbot.engine import shelf
from chatbot.engine.bases import Base
from chatbot.engine.errors import ApiError
from chatbot.engine.generate import Cutter
from chatbot.engine.validate import Check, checked, missing, one_of, text, typed, unsupported

OPEN, CLOSE = "<tool_call>", "</tool_call>"


def _tool_name(name: str, value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", value):
        raise ApiError(
            f"Invalid '{name}': expected 1 to 64 characters of a-z, A-Z, 0-9, '_' and '-'.", name, "invalid_value"
        )
    return value


_FUNCTION: dict[str, Check] = {
    "name": _tool_name, "description": text(100_000), "parameters": typed(dict), "strict": typed(bool),
}  # fmt: skip


def _tools(name: str, value: Any) -> list[dict[str, Any]]:
    """The tools without what was null. Raises ApiError 400."""
    found = []
    for number, tool in enumerate(typed(list)(name, value)):
        path = f"{name}[{number}]"
        tool = _of_function(path, tool)
        found.append(tool | {"function": checked(tool["function"], _FUNCTION, ("name",), f"{path}.function.")})
    return found


def _of_function(path: str, value: Any) -> dict[str, Any]:
    """`{"type": "function", "function": {…}}`. Raises ApiError 400, for a wrong type first."""
    kind = typed(dict)(path, value).get("type")
    if kind is not None:
        one_of("function")(f"{path}.type", kind)
    return checked(value, {"type": typed(str), "function": typed(dict)}, ("type", "function"), f"{path}.")


def _choice(name: str, value: Any) -> str | dict[str, Any]:
    if isinstance(value, str):
        return one_of("none", "auto", "required")(name, value)
    named = _of_function(name, value)
    return checked(named["function"], {"name": _tool_name}, ("name",), f"{name}.function.")


def _old(name: str, value: Any) -> None:
    raise unsupported(
        name, f"'{name}' is the old form of tools, which this server does not know. Use 'tools' and 'tool_choice'."
    )


FIELDS: dict[str, Check] = {
    "tools": _tools,
    "tool_choice": _choice,
    "parallel_tool_calls": typed(bool),
    "functions": _old,
    "function_call": _old,
}


@dataclass(frozen=True)
class Offer:
    """The tools of one request. `forced` are the functions of which one must be called, if any."""

    tools: list[dict[str, Any]]
    forced: list[dict[str, Any]]
    parallel: bool

    def request(self) -> dict[str, Any]:
        """The part of llama.cpp's request that makes the answer a call of one of the forced functions."""
        return {"json_schema": {"anyOf": [_call_schema(function) for function in self.forced]}} if self.forced else {}


def can_call(template: str | None) -> bool:
    """Whether a chat template shows tools to the model and its calls in the form known here."""
    return "tools" in (template or "") and OPEN in (template or "")


def offer(asked: dict[str, Any], base: Base) -> Offer | None:
    """What a chat request offers; None if it offers nothing. Raises ApiError 400."""
    tools, choice = asked.get("tools"), asked.get("tool_choice", "auto")
    if not tools:
        if choice not in ("auto", "none"):
            raise missing("tools")
        return None
    if choice == "none":
        return None
    if not can_call(base.chat_template):
        raise unsupported("tools", f"The model {base.id} cannot call tools: its chat template has no place for them.")
    functions = [tool["function"] for tool in tools]
    if isinstance(choice, dict):
        functions = [function for function in functions if function["name"] == choice["name"]]
        if not functions:
            raise ApiError(f"Tool choice '{choice['name']}' is not among 'tools'.", "tool_choice", "invalid_value")
    return Offer(tools, [] if choice == "auto" else functions, asked.get("parallel_tool_calls", True))


def _call_schema(function: dict[str, Any]) -> dict[str, Any]:
    arguments = function.get("parameters") or {"type": "object"}
    properties = {"name": {"const": function["name"]}, "arguments": arguments}
    return {"type": "object", "properties": properties, "required": [*properties], "additionalProperties": False}


@dataclass
class Reader:
    """Splits what one choice writes into text and calls, as the deltas of a chat stream."""

    offer: Offer
    calls: int = 0
    _inside: bool = False
    _cutter: Cutter = field(default_factory=lambda: Cutter((OPEN,)))
    _call: str = ""

    def __post_init__(self) -> None:
        self._inside = bool(self.offer.forced)

    def feed(self, written: str, last: bool = False) -> list[dict[str, Any]]:
        """The deltas that are certain after `written`; with `last`, all that are left."""
        deltas: list[dict[str, Any]] = []
        while True:
            if not self._inside:
                shown, _ = self._cutter.feed(written, [], last)
                if shown:
                    deltas.append({"content": shown})
                if not self._cutter.stopped:
                    return deltas
                written = self._cutter.rest.removeprefix(OPEN)
                self._inside, self._call, self._cutter = True, "", Cutter((OPEN,))
            self._call += written
            body, closed, written = self._call.partition(CLOSE)
            if not closed and not last:
                return deltas
            deltas += self._called(body)
            self._inside, self._call = False, ""
            written = written.removeprefix("\n")
            if last and not written:
                return deltas

    def _called(self, body: str) -> list[dict[str, Any]]:
        try:
            call = json.loads(body)
            function = {"name": call["name"], "arguments": json.dumps(call.get("arguments", {}), ensure_ascii=False)}
        except (ValueError, KeyError, TypeError):
            return [{"content": OPEN + body}]  # no call after all; what was written is shown
        if self.calls and not self.offer.parallel:
            return []
        index, self.calls = self.calls, self.calls + 1
        return [
            {"tool_calls": [{"index": index, "id": shelf.new_id("call_"), "type": "function", "function": function}]}
        ]
