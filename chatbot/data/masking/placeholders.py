"""Placeholders: within a conversation the same value is always the same one, also where only the first cue named it."""

from __future__ import annotations

import re
from itertools import chain
from typing import Sequence

from chatbot.data.masking.detect import find
from chatbot.data.masking.english_names import NO_NAMES, WORDS
from chatbot.data.masking.kinds import Rules, Span, same

MOST_NAMES = 20  # of one conversation that are looked for again; more is no conversation
PLACEHOLDER = re.compile(r"\[([A-Z]{2,8})_(\d{1,6})\]")


def spans_of(texts: Sequence[str], rules: Rules = Rules()) -> list[list[Span]]:
    """For each message of one conversation, what is to be masked."""
    found = [find(text, rules.kinds) for text in texts]
    names = _names(texts, found)
    if names:
        found = [_with_names(text, spans, names) for text, spans in zip(texts, found)]
    return [[span for span in spans if rules.concern(_value(text, span))] for text, spans in zip(texts, found)]


def mask(texts: Sequence[str], rules: Rules = Rules()) -> list[str]:
    """The messages of one conversation with placeholders like [EMAIL_1]; numbers go on after those already there."""
    found = spans_of(texts, rules)
    if not any(found):
        return list(texts)
    numbers: dict[tuple[str, str], int] = {}
    last = {kind: int(number) for kind, number in sorted(chain.from_iterable(map(PLACEHOLDER.findall, texts)), key=lambda pair: int(pair[1]))}
    masked = []
    for text, spans in zip(texts, found):
        pieces, place = [], 0
        for span in spans:
            key = span.kind, _person(_value(text, span), numbers) if span.kind == "NAME" else _value(text, span)
            if key not in numbers:
                numbers[key] = last[span.kind] = last.get(span.kind, 0) + 1
            pieces += [text[place : span.start], f"[{span.kind}_{numbers[key]}]"]
            place = span.end
        masked.append("".join([*pieces, text[place:]]))
    return masked


def _value(text: str, span: Span) -> str:
    return same(text[span.start : span.end], span.kind)


def _person(name: str, known: dict[tuple[str, str], int]) -> str:
    """“John” is John Smith, once John Smith was named, and the other way round."""
    words = set(name.split())
    people = (other for kind, other in known if kind == "NAME")
    return next((other for other in people if words <= set(other.split()) or set(other.split()) <= words), name)


def _names(texts: Sequence[str], found: Sequence[Sequence[Span]]) -> re.Pattern[str] | None:
    """A pattern for the names that were found, wherever else they stand."""
    names = dict.fromkeys(text[span.start : span.end] for text, spans in zip(texts, found) for span in spans if span.kind == "NAME")
    words = list(dict.fromkeys(word for name in list(names)[:MOST_NAMES] for word in (name, *name.split()) if _tells(word)))
    if not words:
        return None
    longest = sorted(words[: 2 * MOST_NAMES], key=len, reverse=True)
    return re.compile("|".join(rf"(?<![A-Za-z]){re.escape(word)}(?![A-Za-z])" for word in longest))


def _tells(word: str) -> bool:
    if word.isascii():
        return len(word) > 2 and word[0].isupper() and word not in WORDS | NO_NAMES
    return len(word) > 1


def _with_names(text: str, spans: Sequence[Span], names: re.Pattern[str]) -> list[Span]:
    again = [Span(found.start(), found.end(), "NAME") for found in names.finditer(text)]
    if not again:
        return list(spans)
    taken = bytearray(len(text))
    for span in spans:
        taken[span.start : span.end] = b"\1" * (span.end - span.start)
    added = [span for span in again if taken.find(1, span.start, span.end) < 0]
    return sorted([*spans, *added], key=lambda span: span.start)
