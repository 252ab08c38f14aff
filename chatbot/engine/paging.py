"""Pages of lists: `limit`, `after` (exclusive), and always `has_more`."""

from __future__ import annotations

import re
from typing import Any, Sequence

from flask import request

from chatbot.engine.errors import ApiError


def limit(default: int, largest: int) -> int:
    """The query's `limit`, but never more than `largest`. Raises ApiError 400."""
    text = request.args.get("limit", "")
    if not text:
        return default
    if not re.fullmatch("0*[1-9][0-9]{0,8}", text):
        raise ApiError(
            f"Invalid 'limit': expected an integer >= 1, but got '{text}' instead.", "limit", "invalid_value"
        )
    return min(int(text), largest)


def page(items: Sequence[dict[str, Any]], default: int, largest: int, ends: bool = False) -> dict[str, Any]:
    """The part of `items` the query asks for; with `first_id` and `last_id` if `ends`. Raises ApiError 400."""
    size, start = limit(default, largest), _start(items)
    chosen = list(items[start : start + size])
    answer = {"object": "list", "data": chosen, "has_more": start + size < len(items)}
    if ends:
        answer |= {"first_id": chosen[0]["id"] if chosen else None, "last_id": chosen[-1]["id"] if chosen else None}
    return answer


def _start(items: Sequence[dict[str, Any]]) -> int:
    after = request.args.get("after")
    if not after:
        return 0
    for place, item in enumerate(items):
        if item["id"] == after:
            return place + 1
    raise ApiError(f"Invalid 'after': there is no '{after}' in this list.", "after", "invalid_value")
