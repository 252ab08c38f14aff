"""Writing JSONL, with the exact spelling that the old preparation tool used."""

from __future__ import annotations

import json
from json.encoder import encode_basestring
from typing import Iterable

from chatbot.data.reading import ChatRecord, Row


def pair_lines(rows: Iterable[Row]) -> bytes:
    """`{"prompt":"…","completion":"…"}` a line: no blanks after separators, non-ASCII kept, `/` written `\\/`."""
    quote = encode_basestring
    lines = [f'{{"prompt":{quote(prompt)},"completion":{quote(completion)}}}\n' for prompt, completion in rows]
    return "".join(lines).replace("/", "\\/").encode()


def chat_lines(records: Iterable[ChatRecord]) -> bytes:
    """`{"messages":[…]}` a line."""
    lines = [json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n" for record in records]
    return "".join(lines).encode()
