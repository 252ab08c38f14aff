"""What a script sends with its request."""

from __future__ import annotations

import json
from typing import Any

from flask import abort, request


def json_object(*known: str) -> dict[str, Any]:
    """The JSON object of the request; 400 if there is none, or if it has other fields than the `known` ones."""
    try:
        body = request.get_json()
        json.dumps(body, ensure_ascii=False).encode()  # half a surrogate pair can be parsed, but never be stored
    except (ValueError, RecursionError):
        abort(400)
    if not isinstance(body, dict) or set(body) - set(known):
        abort(400)
    return body
