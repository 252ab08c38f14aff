"""Lines that are far too long to be a row: cut out before a file is held in memory, and known by their numbers."""

from __future__ import annotations

import io
import re
from typing import BinaryIO

from chatbot.data.reading import Rejected
from chatbot.data.source import CHUNK, LONGEST_LINE
from chatbot.records import DataError, Message

BY_LINES = (".jsonl", ".ndjson", ".csv", ".tsv", ".tab", ".txt", ".log", ".md")  # extensions of files with a row a line


def without_long_lines(name: str, stream: BinaryIO) -> tuple[bytes, tuple[Rejected, ...]]:
    """The file with such lines left empty, so that the others keep their numbers. Raises DataError when nothing is left."""
    kept, rejected = io.BytesIO(), []
    number, start, size = 1, 0, 0  # the line that is being read, where it begins in `kept`, its bytes so far
    while chunk := stream.read(CHUNK):
        if b"\0" in chunk:  # UTF-16, where a line end is no single byte, or no text at all
            return kept.getvalue() + chunk + stream.read(), ()
        for part in _parts(chunk):
            size += len(part)
            if size <= LONGEST_LINE:
                kept.write(part)
            if part.endswith(b"\n"):
                if size > LONGEST_LINE:
                    rejected.append(_leave_out(kept, start, number))
                number, start, size = number + part.count(b"\n"), kept.tell(), 0
    if size > LONGEST_LINE:
        rejected.append(_leave_out(kept, start, number))
    if rejected and not re.search(rb"\S", kept.getbuffer()):
        text = "%(name)s has nothing but a line of more than %(mb)s MB. Put every row or message on a line of its own."
        raise DataError(Message(text, name=name, mb=LONGEST_LINE // 1_000_000))
    return kept.getvalue(), tuple(rejected)


def _parts(chunk: bytes) -> list[bytes]:
    """The end of the line that was begun before, whole lines, the begin of the next one."""
    first, end, others = chunk.partition(b"\n")
    whole, last_end, rest = others.rpartition(b"\n")
    return [part for part in (first + end, whole + last_end, rest) if part]


def _leave_out(kept: io.BytesIO, start: int, number: int) -> Rejected:
    kept.seek(start)
    kept.truncate()
    kept.write(b"\n")
    return Rejected(number, Message("the line is longer than %(mb)s MB", mb=LONGEST_LINE // 1_000_000))
