"""All rules on one text: what is found first keeps its place."""

from __future__ import annotations

import re
from typing import Callable, Iterable, Iterator

from chatbot.data.masking.chinese_names import chinese_names
from chatbot.data.masking.cues import orders, papers, secrets
from chatbot.data.masking.english_names import english_names
from chatbot.data.masking.kinds import Span
from chatbot.data.masking.numbers import addresses, cards, emails, ibans, identities, phones

Rule = Callable[[str], Iterator[Span]]
DIGITS = re.compile(r"\d\D{0,3}\d")
CAPITAL = re.compile(r"[A-Z\u00c0-\u00de]|\bmy name|\bi'?\s?a?m ")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
AT = re.compile(r"@|[\[(]at[\])]| at ", re.IGNORECASE)
# in the order of certainty: what a check proves comes before what only a word gives away
RULES: tuple[tuple[re.Pattern[str], tuple[Rule, ...]], ...] = (
    (re.compile(r"\d|:|="), (secrets,)),
    (AT, (emails,)),
    (DIGITS, (identities, ibans, cards, papers, orders, addresses, phones)),
    (CHINESE, (chinese_names,)),
    (CAPITAL, (english_names,)),
)


def find(text: str, kinds: Iterable[str] | None = None) -> list[Span]:
    """Every place of `text` that is personal or secret, in order and without overlap; only `kinds`, if given."""
    found = (span for needed, rules in RULES if needed.search(text) for rule in rules for span in rule(text))
    return sorted(_apart(found, len(text), kinds), key=lambda span: span.start)


def _apart(spans: Iterable[Span], length: int, kinds: Iterable[str] | None) -> Iterator[Span]:
    taken = bytearray(length)
    for span in spans:
        if taken.find(1, span.start, span.end) < 0:
            taken[span.start : span.end] = b"\1" * (span.end - span.start)
            if kinds is None or span.kind in kinds:
                yield span
