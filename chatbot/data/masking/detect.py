"""All rules on one text: what is found first keeps its place."""

from __future__ import annotations

import re
from typing import Callable, Iterable, Iterator

from chatbot.data.masking.chinese_names import chinese_names
from chatbot.data.masking.cues import in_addresses, keys, orders, papers, passwords
from chatbot.data.masking.english_names import english_names
from chatbot.data.masking.kinds import Span
from chatbot.data.masking.numbers import addresses, cards, emails, ibans, identities, phones

Rule = Callable[[str], Iterator[Span]]
DIGIT = re.compile(r"\d")
DIGITS = re.compile(r"\d(?:\D{0,2}\d){3}")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
# What must be in a text (in small letters) before a rule is tried, and the rules in the order of certainty: what a check
# proves comes before what only a word gives away. A search for a few letters costs a hundredth of what a rule costs.
RULES: tuple[tuple[tuple[str, ...], Rule], ...] = (
    (("sk", "gh", "pat", "hf_", "akia", "asia", "aiza", "xox", "sg.", "eyj", "private key"), keys),
    (("://", "="), in_addresses),
    (("pass", "pw", "key", "token", "secret", "code", "pin", "otp", "cvc", "cvv", "码", "密钥", "口令", "暗号"), passwords),
    (("@", "at)", "at]", " dot "), emails),
)
WITH_DIGITS: tuple[Rule, ...] = (identities, ibans, cards, papers, orders, addresses, phones)
PLAIN: tuple[Rule, ...] = (orders,)  # a booking code may have fewer than four digits


def find(text: str, kinds: Iterable[str] | None = None) -> list[Span]:
    """Every place of `text` that is personal or secret, in order and without overlap; only `kinds`, if given."""
    return sorted(_apart(_all(text), len(text), kinds), key=lambda span: span.start)


def _all(text: str) -> Iterator[Span]:
    lower = text.lower()
    for needed, rule in RULES:
        if any(part in lower for part in needed):
            yield from rule(text)
    if DIGIT.search(text):
        for rule in WITH_DIGITS if DIGITS.search(text) else PLAIN:
            yield from rule(text)
    if CHINESE.search(text):
        yield from chinese_names(text)
    yield from english_names(text)


def _apart(spans: Iterable[Span], length: int, kinds: Iterable[str] | None) -> Iterator[Span]:
    taken = bytearray(length)
    for span in spans:
        if taken.find(1, span.start, span.end) < 0:
            taken[span.start : span.end] = b"\1" * (span.end - span.start)
            if kinds is None or span.kind in kinds:
                yield span
