"""JSON whose lines count: the elements of an array one after the other, each with the line it begins on."""

from __future__ import annotations

import json
import re
from itertools import islice
from typing import Any, Iterator

BLANKS = re.compile(r"[ \t\n\r]*")
DECODER = json.JSONDecoder()


def elements(text: str, start: int = 0) -> Iterator[tuple[int, Any, int]]:
    """(line, element, where it ends) of the array that begins at `start`; `start` 0: there is nothing else in the text.

    Raises ValueError, or RecursionError, where the text stops to be one."""
    at = end = _next(text, _next(text, start) + 1)
    line, counted = 1, 0
    is_last = text.startswith("]", at)
    while not is_last:
        line, counted = line + text.count("\n", counted, at), at
        element, end = DECODER.raw_decode(text, at)
        yield line, element, end
        end = _next(text, end)
        is_last = text.startswith("]", end)
        if not is_last and not text.startswith(",", end):
            raise json.JSONDecodeError("Expecting ',' delimiter", text, end)
        at = _next(text, end + 1)
    after = _next(text, end + 1)
    if not start and after < len(text):
        raise json.JSONDecodeError("Extra data", text, after)


def lines_under(text: str, key: str, count: int) -> list[int]:
    """The lines of the first `count` elements of the arrays that stand under `key`, in valid JSON; zeros if they cannot be
    told, as for a key that is written with escapes."""
    begins = re.finditer(rf'"{re.escape(key)}"\s*:\s*(?=\[)', text)
    lines = (line for begin in begins for line, _, _ in elements(text, begin.end()))
    found = list(islice(lines, count))
    return found if len(found) == count else [0] * count


def _next(text: str, at: int) -> int:
    return BLANKS.match(text, at).end()  # type: ignore[union-attr]
