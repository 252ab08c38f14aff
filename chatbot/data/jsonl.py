"""Writing JSONL, with the exact spelling that the old preparation tool used."""

from __future__ import annotations

import json
from typing import Iterable, Iterator

import orjson

from chatbot.data.blocks import blocks
from chatbot.data.reading import ChatRecord, Row


def pair_lines(rows: Iterable[Row]) -> Iterator[bytes]:
    """`{"prompt":"…","completion":"…"}` a line, in blocks of lines: no blanks after separators, non-ASCII kept, `/` written `\\/`."""
    for block in blocks(rows):
        lines = [orjson.dumps({"prompt": prompt, "completion": completion}, option=orjson.OPT_APPEND_NEWLINE) for prompt, completion in block]
        yield b"".join(lines).replace(b"/", b"\\/")


def chat_lines(records: Iterable[ChatRecord]) -> Iterator[bytes]:
    """`{"messages":[…]}` a line, in blocks of lines."""
    for block in blocks(records):
        yield "".join(json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n" for record in block).encode()
