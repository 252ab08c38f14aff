"""Checks the parameters of a request: a table of kinds, and the exact sentences of refusal."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any, Callable

from flask import request

from chatbot.engine.errors import PARSE, ApiError

Check = Callable[[str, Any], Any]
_NAMES = {
    bool: "a boolean",
    int: "an integer",
    float: "a decimal",
    str: "a string",
    list: "an array",
    dict: "an object",
    type(None): "null",
}


def json_body() -> dict[str, Any]:
    """The request's JSON object, without what is null. Raises ApiError 400."""
    try:
        body = json.loads(request.get_data(cache=False) or b"{}", parse_constant=_no_constant)
        json.dumps(body, ensure_ascii=False).encode()  # half a surrogate pair can be parsed, but never sent on
    except (ValueError, RecursionError):
        raise ApiError(PARSE) from None
    if not isinstance(body, dict):
        raise ApiError(PARSE)
    return {name: value for name, value in body.items() if value is not None}


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def checked(body: dict[str, Any], table: dict[str, Check], required: tuple[str, ...] = (), path: str = "") -> dict:
    """The values of `body` that `table` knows, each as its check returns it. Null counts as absent.

    Raises ApiError 400 for the first missing, unknown or wrong one; `path` stands before names, as in `method.`."""
    for name in required:
        if body.get(name) is None:
            raise missing(path + name)
    for name in body:
        if name not in table:
            raise ApiError(f"Unknown parameter: '{path}{name}'.", path + name, "unknown_parameter")
    return {name: table[name](path + name, value) for name, value in body.items() if value is not None}


def missing(name: str) -> ApiError:
    return ApiError(f"Missing required parameter: '{name}'.", name, "missing_required_parameter")


def empty(name: str) -> ApiError:
    message = f"Invalid '{name}': empty array. Expected an array with minimum length 1, but got an empty array instead."
    return ApiError(message, name, "empty_array")


def unsupported(name: str, sentence: str) -> ApiError:
    return ApiError(sentence, name, "unsupported_value")


def wrong_type(name: str, expected: str, value: Any) -> ApiError:
    got = _NAMES.get(type(value), "something else")
    message = f"Invalid type for '{name}': expected {expected}, but got {got} instead."
    return ApiError(message, name, "invalid_type")


def wrong_value(name: str, value: Any, supported: tuple[str, ...]) -> ApiError:
    message = f"Invalid value: '{value}'. Supported values are: {', '.join(map(repr, supported))}."
    return ApiError(message, name, "invalid_value")


def typed(kind: type, expected: str = "") -> Check:
    """Any value of `kind` (bool, str, list, dict)."""

    def check(name: str, value: Any) -> Any:
        if not isinstance(value, kind):
            raise wrong_type(name, expected or _NAMES[kind], value)
        return value

    return check


@dataclass(frozen=True)
class Number:
    """A number from `low` (itself excluded if `above`) to `high`; whole if `whole`."""

    low: float = -math.inf
    high: float = math.inf
    whole: bool = False
    above: bool = False

    def __call__(self, name: str, value: Any) -> Any:
        kind = "integer" if self.whole else "decimal"
        if isinstance(value, float) and value.is_integer() and self.whole:
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int if self.whole else (int, float)):
            raise wrong_type(name, _NAMES[int if self.whole else float], value)
        if value > self.high:
            raise self._refused(name, value, "above max", f"<= {_plain(self.high)}")
        if value < self.low or (self.above and value == self.low):
            raise self._refused(name, value, "below min", f"{'>' if self.above else '>='} {_plain(self.low)}")
        return value

    def _refused(self, name: str, value: Any, what: str, expected: str) -> ApiError:
        kind = "integer" if self.whole else "decimal"
        message = f"Invalid '{name}': {kind} {what}imum value. Expected a value {expected}, but got {value} instead."
        return ApiError(message, name, f"{kind}_{what.replace(' ', '_')}_value")


def _plain(limit: float) -> str:
    return str(int(limit)) if float(limit).is_integer() else str(limit)


def text(longest: int, shortest: int = 0) -> Check:
    """A string of `shortest` to `longest` characters."""

    def check(name: str, value: Any) -> str:
        if not isinstance(value, str):
            raise wrong_type(name, _NAMES[str], value)
        for wrong, what, bound, limit in (
            (len(value) > longest, "long", "maximum", longest),
            (len(value) < shortest, "short", "minimum", shortest),
        ):
            if wrong:
                message = (
                    f"Invalid '{name}': string too {what}. Expected a string with {bound} length {limit}, "
                    f"but got a string with length {len(value)} instead."
                )
                raise ApiError(message, name, f"string_{'above_max' if what == 'long' else 'below_min'}_length")
        return value

    return check


def one_of(*supported: str) -> Check:
    def check(name: str, value: Any) -> str:
        if value not in supported:
            raise wrong_value(name, value, supported)
        return value

    return check


def auto_or(check: Check) -> Check:
    """The word "auto", or what `check` accepts."""
    return lambda name, value: value if value == "auto" else check(name, value)


def metadata(name: str, value: Any) -> dict[str, str]:
    """At most 16 pairs of short texts."""
    pairs = typed(dict)(name, value)
    if len(pairs) > 16:
        message = (
            f"Invalid '{name}': too many properties. Expected an object with at most 16 properties, "
            f"but got an object with {len(pairs)} properties instead."
        )
        raise ApiError(message, name, "object_above_max_properties")
    for key, each in pairs.items():
        text(64)(name, key)
        text(512)(f"{name}.{key}", each)
    return pairs
