"""The labelled lines: `⟦EMAIL ann@example.com⟧` marks what has to be masked, and everything else has to stay.

The development lines were there when the rules were written. The test lines were written afterwards; precision and
recall were at first 0.891 and 0.885 in English, 0.959 and 0.881 in Chinese. Then their misses were looked at, the rules
improved, and the last lines written: at first 0.870 and 0.769 in English, 0.941 and 0.941 in Chinese, with every e-mail
address, card and IBAN found and English names the weakest (0.650 found). Their misses have been looked at too, so that
today's figures of all three are better than those of lines nobody has seen: expect the ones above.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from chatbot.data.masking import Span

HERE = Path(__file__).parent
MARK = re.compile(r"⟦([A-Z]+) (.*?)⟧")
LANGUAGES = ("en", "zh")
HALVES = ("development", "test", "last")


def labelled(language: str, half: str) -> list[tuple[str, list[Span]]]:
    """Lines as text and the spans in it. Half of them were there when the rules were written, half came afterwards."""
    with open(HERE / f"{language}.jsonl", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [_parsed(row["text"]) for row in rows if row["half"] == half]


def _parsed(marked: str) -> tuple[str, list[Span]]:
    text, spans, place = "", [], 0
    for found in MARK.finditer(marked):
        text += marked[place : found.start()]
        spans.append(Span(len(text), len(text) + len(found[2]), found[1]))
        text += found[2]
        place = found.end()
    return text + marked[place:], spans
