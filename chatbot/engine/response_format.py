"""`response_format`: what an answer must look like, as llama.cpp enforces it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from chatbot.engine.errors import ApiError
from chatbot.engine.llama import Llama
from chatbot.engine.validate import Check, checked, one_of, text, typed

ANY_OBJECT = {"type": "object"}
MOST_TIMES = 10_000  # how often a schema may ask for something; llama.cpp unrolls some repetitions, and a milliard never ends
LONGEST_PATTERN = 1000  # characters
# llama.cpp's grammars read this keyword; without it small models write blanks between the tokens for ever
_COMPACT = {"x-guidance": {"whitespace_flexible": False, "item_separator": ", ", "key_separator": ": "}}


def _name(name: str, value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", value):
        message = (
            f"Invalid '{name}': expected 1 to 64 characters of a-z, A-Z, 0-9, '_' and '-', but got {value!r} instead."
        )
        raise ApiError(message, name, "invalid_value")
    return value


_SCHEMA: dict[str, Check] = {
    "name": _name, "schema": typed(dict), "strict": typed(bool), "description": text(4096),
}  # fmt: skip
_FIELDS: dict[str, Check] = {"type": one_of("text", "json_object", "json_schema"), "json_schema": typed(dict)}


def response_format(name: str, value: Any) -> dict[str, Any]:
    """The part of llama.cpp's request that makes the answer so; empty for plain text. Raises ApiError 400."""
    form = checked(typed(dict)(name, value), _FIELDS, ("type",), f"{name}.")
    if form["type"] == "text":
        return {}
    if form["type"] == "json_object":
        return {"json_schema": ANY_OBJECT}
    path = f"{name}.json_schema"
    schema = checked(
        checked(form, _FIELDS, ("json_schema",), f"{name}.")["json_schema"], _SCHEMA, ("name",), f"{path}."
    )
    return {"json_schema": schema.get("schema", {"type": "object", "properties": {}})}


def compact(shape: dict[str, Any]) -> dict[str, Any]:
    """The same part of llama.cpp's request, for JSON on one line."""
    return {"json_schema": shape["json_schema"] | _COMPACT} if shape else {}


def mention_json(messages: list[dict[str, Any]]) -> None:
    """`json_object` wants the word in the messages, or a model may write blanks for ever. Raises ApiError 400."""
    if not any("json" in message["content"].lower() for message in messages):
        message = (
            "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'."
        )
        raise ApiError(message, "messages")


def check_schema(llama: Llama, shape: dict[str, Any], name: str) -> None:
    """Try the schema of `shape` before it counts: one that llama.cpp does not understand, it silently ignores, and one
    that is too large, it drops after a token or two. So tempt it with a line break, which stands nowhere in JSON on one
    line. Raises ApiError 400."""
    if not shape:
        return
    if not all(_is_small(*part) for part in _parts(shape)):
        raise _too_large(name)
    tempted = {"prompt": [0], "n_predict": 4, "temperature": 0, "logit_bias": [["\n", 100]], "cache_prompt": False}
    if "\n" in llama.complete(tempted | shape)["content"]:
        raise _too_large(name)


def _too_large(name: str) -> ApiError:
    message = f"Invalid schema in '{name}': this server cannot hold an answer to it. Use simpler types and patterns."
    return ApiError(message, name, "invalid_value")


def _parts(schema: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Every keyword with its value, however deep."""
    waiting: list[Any] = [schema]
    while waiting:
        found = waiting.pop()
        if isinstance(found, dict):
            yield from found.items()
            waiting += found.values()
        elif isinstance(found, list):
            waiting += found


def _is_small(keyword: str, value: Any) -> bool:
    if keyword == "pattern" and isinstance(value, str):
        return len(value) <= LONGEST_PATTERN
    counts = keyword.endswith(("Items", "Length", "Properties"))
    return not (counts and isinstance(value, (int, float)) and value > MOST_TIMES)


def check_answer(text: str) -> None:
    """Look at a whole answer that had to be JSON: llama.cpp may have dropped its schema midway. Raises ApiError 500."""
    try:
        json.loads(text)
    except (ValueError, RecursionError) as error:
        message = "The answer does not hold to 'response_format': its schema is too complex for this server."
        raise ApiError(message, "response_format", status=500, headers={"x-should-retry": "false"}) from error
