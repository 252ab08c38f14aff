"""Writing JSONL, with the exact spelling that the old preparation tool used."""

from __future__ import annotations

import io
import json
from itertools import islice
from json.encoder import encode_basestring
from typing import Iterable

from chatbot.data.reading import ChatRecord, Row

BLOCK = 4096  # lines encoded together; more only costs memory


def pair_lines(rows: Iterable[Row]) -> bytes:
    """`{"prompt":"…","completion":"…"}` a line: no blanks after separators, non-ASCII kept, `/` written `\\/`."""
    quote = encode_basestring
    lines = (f'{{"prompt":{quote(prompt)},"completion":{quote(completion)}}}\n' for prompt, completion in rows)
    return _encode(lines, lambda text: text.replace("/", "\\/"))


def chat_lines(records: Iterable[ChatRecord]) -> bytes:
    """`{"messages":[…]}` a line."""
    return _encode(json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n" for record in records)


def _encode(lines: Iterable[str], spell=str) -> bytes:
    lines, written = iter(lines), io.BytesIO()
    while block := "".join(islice(lines, BLOCK)):
        written.write(spell(block).encode())
    return written.getvalue()
