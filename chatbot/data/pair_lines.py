"""Prompts and completions that stay in their JSONL file: walked through as often as needed, never held.

Only for files without any irregularity, which large files usually are; all others go the general way (`readers`).
"""

from __future__ import annotations

from itertools import chain
from typing import Any, BinaryIO, Callable, Iterator

import orjson

from chatbot.data.reading import Reading, Row

CHUNK = 1 << 20  # bytes
LONGEST = 16 << 20  # bytes of one line
NEEDED = {"prompt", "completion"}
DAMAGED = "\ufffd"  # rows with this sign are left out, see `shape`


class PairLines:
    """The rows of a regular file. `on_block` is told the share of the file that was walked through, and the rows."""

    def __init__(self, stream: BinaryIO):
        self._stream = stream
        self._n_bytes = stream.seek(0, 2)
        self._n_rows = 0
        self.on_block: Callable[[float, int], None] = lambda share, rows: None

    def __len__(self) -> int:
        return self._n_rows

    def __iter__(self) -> Iterator[Row]:
        return chain.from_iterable(map(_rows, self.objects()))

    def objects(self) -> Iterator[list[Any]]:
        """What each line holds, a megabyte of lines at a time. Raises ValueError for a line that is no JSON."""
        position, rows, rest = 0, 0, b""
        while chunk := self._read(position):
            position += len(chunk)
            body, end, rest = (rest + chunk).rpartition(b"\n")
            if len(rest) > LONGEST:
                raise ValueError("a line without an end")
            if end:
                yield list(map(orjson.loads, body.split(b"\n")))
                rows += body.count(b"\n") + 1
            self.on_block(position / self._n_bytes, rows)
        if rest:
            yield list(map(orjson.loads, rest.split(b"\n")))

    def _read(self, position: int) -> bytes:
        self._stream.seek(position)  # another walk through the same file may be under way
        return self._stream.read(CHUNK)


def read_pairs(stream: BinaryIO, on_block: Callable[[float, int], None]) -> Reading | None:
    """The file as pairs, if every line is an object with the same names and texts as prompt and completion."""
    pairs = PairLines(stream)
    pairs.on_block = on_block
    names = None
    try:
        for found in pairs.objects():
            names = names or (found[0].keys() if isinstance(found[0], dict) else {})
            if not NEEDED <= names or not all(type(each) is dict and each.keys() == names for each in found):
                return None
            if not all(map(_is_sound, zip(*_rows(found)))):
                return None
            pairs._n_rows += len(found)
    except ValueError:
        return None
    if len(pairs) < 2:
        return None  # a single line is read as a JSON document
    return Reading("pairs", pairs=pairs, lines=range(1, len(pairs) + 1), columns=tuple(names or ()))


def _rows(objects: list[Any]) -> list[Row]:
    return [(found["prompt"], found["completion"]) for found in objects]


def _is_sound(texts: tuple[Any, ...]) -> bool:
    return all(type(text) is str for text in texts) and DAMAGED not in "".join(texts)
