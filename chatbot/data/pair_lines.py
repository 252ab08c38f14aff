"""Prompts and completions that stay in their JSONL file: walked through as often as needed, never held.

Only for files without any irregularity, which large files usually are; all others go the general way (`readers`).
"""

from __future__ import annotations

from itertools import chain
from typing import Any, BinaryIO, Callable, Iterator

import orjson

from chatbot.data.reading import Reading, Row
from chatbot.data.source import nobody

CHUNK = 1 << 20  # bytes
LONGEST = 16 << 20  # bytes of one line
NEEDED = {"prompt", "completion"}
DAMAGED = "\ufffd"  # rows with this sign are left out, see `shape`


class PairLines:
    """The rows of a regular file. `on_block` is told again and again how often the file was walked through, and rows."""

    def __init__(self, stream: BinaryIO):
        self._stream = stream
        self._n_bytes = stream.seek(0, 2)
        self._n_rows = 0
        self._walked = 0  # bytes
        self.on_block: Callable[[float, int], None] = nobody

    def __len__(self) -> int:
        return self._n_rows

    def __iter__(self) -> Iterator[Row]:
        # the lines are known to hold one object each, so a chunk of them can be parsed as one array, which is faster
        arrays = (orjson.loads(b"[%b]" % lines.replace(b"\n", b",")) for lines in self.chunks())
        return chain.from_iterable(map(_rows, arrays))

    def chunks(self) -> Iterator[bytes]:
        """The lines, a megabyte at a time, without the last line end. Raises ValueError for a line that is far too long."""
        position, rows, rest = 0, 0, b""
        while chunk := self._read(position):
            position += len(chunk)
            lines, end, rest = (rest + chunk).rpartition(b"\n")
            if len(rest) > LONGEST:
                raise ValueError("a line without an end")
            if end:
                yield lines
                rows += lines.count(b"\n") + 1
            self._walked += len(chunk)
            self.on_block(self._walked / self._n_bytes, rows)
        if rest:
            yield rest

    def _read(self, position: int) -> bytes:
        self._stream.seek(position)  # another walk through the same file may be under way
        return self._stream.read(CHUNK)


def read_pairs(
    stream: BinaryIO, on_block: Callable[[float, int], None], on_rows: Callable[[list[Row]], None] = lambda rows: None
) -> Reading | None:
    """The file as pairs, if every line is an object with the same names and texts as prompt and completion.

    `on_rows` is given all rows on the way, also those of a file that turns out to be irregular later."""
    pairs = PairLines(stream)
    pairs.on_block = on_block
    names = None
    try:
        for lines in pairs.chunks():
            found = list(map(orjson.loads, lines.split(b"\n")))
            names = names or (found[0].keys() if isinstance(found[0], dict) else {})
            if not NEEDED <= names or {*map(type, found)} != {dict} or not all(each.keys() == names for each in found):
                return None
            rows = _rows(found)
            if not all(map(_is_sound, zip(*rows))):
                return None
            on_rows(rows)
            pairs._n_rows += len(found)
    except ValueError:
        return None
    pairs.on_block = nobody
    if len(pairs) < 2:
        return None  # a single line is read as a JSON document
    return Reading("pairs", pairs=pairs, lines=range(1, len(pairs) + 1), columns=tuple(names or ()))


def _rows(objects: list[Any]) -> list[Row]:
    return [(found["prompt"], found["completion"]) for found in objects]


def _is_sound(texts: tuple[Any, ...]) -> bool:
    return {*map(type, texts)} == {str} and DAMAGED not in "".join(texts)
