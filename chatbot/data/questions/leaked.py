"""Personal data and secrets in conversations, gathered in one walk: how many of what, where, and what was let by."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any, Iterable, Iterator, Sequence

from chatbot.data.findings import SourceOf
from chatbot.data.masking import KINDS, PERSONAL, Rules, Span, find, is_greeted, spans_of
from chatbot.data.masking.kinds import same

OWN_KINDS = frozenset(("EMAIL", "PHONE", "IBAN"))
BUSINESS = ("assistant", "system", "developer")  # roles that speak for it
OFTEN = 3  # conversations in which the bot gives out a contact by itself; a regular customer's is read out now and then
OFTEN_SHARE = 0.0005
TELLERS = 2  # people who say something personal, below which they are taken for chance
TELLERS_SHARE = 0.01
SAMPLES = 5  # lines of a kind that are shown
NEAR_SAMPLES = 12
AROUND = 70  # characters shown on either side
# what looks like personal data and was not masked: long numbers, and words with an @
NEAR = re.compile(r"(?<![\w.])\+?\d(?:[ .\-/()]?\d){6,24}|(?<![\w.+-])[\w.+-]{1,60}@[\w.-]{1,60}", re.ASCII)
Said = Sequence[tuple[str, str]]  # role and text of each message
Key = tuple[str, str]  # kind, and the value as `same` writes it


@dataclass
class Kind:
    """What was found of one kind: how often, how many different values, in how many rows, and some of the lines."""

    n: int = 0
    values: set[int] = field(default_factory=set)
    rows: int = 0
    samples: list[dict[str, Any]] = field(default_factory=list)


class Leaks:
    """What `rules` find in conversations.

    `concerned` are the rows with something in them (from 0) and what it is, `shown` the texts of some of them, `clean`
    fingerprints of the others. `own` is what the bot gives out by itself and is the business's own, as it spells it:
    contacts it tells again and again; and where hardly anybody who asks says anything personal, as in a list of questions and
    answers somebody wrote, all it tells.
    """

    def __init__(self, talks: Iterable[Said], source_of: SourceOf, rules: Rules):
        self.rules, self.source_of = rules, source_of
        self.kinds: dict[str, Kind] = {kind: Kind() for kind in KINDS}
        self.near: list[dict[str, Any]] = []
        self._near_seen: set[str] = set()
        self.concerned: dict[int, frozenset[Key]] = {}
        self.shown: dict[int, list[str]] = {}
        self.clean: set[int] = set()
        self._given: dict[Key, Counter[str]] = defaultdict(Counter)
        self._tellers = 0
        n = 0
        for n, talk in enumerate(talks, 1):
            self._look(n - 1, talk)
        least, kinds = (max(OFTEN, OFTEN_SHARE * n), OWN_KINDS) if self._tellers >= max(TELLERS, TELLERS_SHARE * n) else (1, PERSONAL)
        self.own = {key: spelt.most_common(1)[0][0] for key, spelt in self._given.items() if key[0] in kinds and spelt.total() >= least}

    def report(self) -> dict[str, Any]:
        """What a page shows, as JSON: counts and lines by kind, lines that were let by, the bot's own contacts."""
        kinds = [
            {"kind": kind, "n": found.n, "values": len(found.values), "rows": found.rows, "samples": found.samples}
            for kind, found in self.kinds.items()
        ]
        own = [{"kind": key[0], "value": value, "rows": self._given[key].total()} for key, value in self.own.items()]
        return {"kinds": kinds, "near": self.near, "own": sorted(own, key=lambda each: -each["rows"])}

    def _look(self, index: int, talk: Said) -> None:
        texts = [text for _, text in talk]
        found = spans_of(texts, self.rules)
        place = {"row": index + 1, "source": self.source_of(index)}
        if any(found):
            kinds = {span.kind for spans in found for span in spans}
            if any(len(self.kinds[kind].samples) < SAMPLES for kind in kinds):
                self.shown[index] = texts
            self._count(place, kinds, texts, found)
            self.concerned[index] = frozenset(_key(text, span) for text, spans in zip(texts, found) for span in spans)
            self._note_own(talk, found)
        else:
            self.clean.add(fingerprint(texts))
        if len(self.near) < NEAR_SAMPLES:
            self._note_near(place, texts, found)

    def _count(self, place: dict[str, Any], kinds: set[str], texts: Sequence[str], found: Sequence[Sequence[Span]]) -> None:
        for kind in kinds:
            self.kinds[kind].rows += 1
        for text, spans in zip(texts, found):
            for span in spans:
                known, value = self.kinds[span.kind], hash(_key(text, span))
                if len(known.samples) < SAMPLES and value not in known.values:
                    known.samples.append(place | _shown(text, span))
                known.n += 1
                known.values.add(value)

    def _note_near(self, place: dict[str, Any], texts: Sequence[str], found: Sequence[Sequence[Span]]) -> None:
        """Each value that was let by once; those that are to stay were not let by."""
        for text, spans in zip(texts, found):
            for span in _let_by(text, spans):
                value = text[span.start : span.end]
                if len(self.near) < NEAR_SAMPLES and value not in self._near_seen and not any(same(value, kind) in self.rules.keep for kind in KINDS):
                    self._near_seen.add(value)
                    self.near.append(place | _shown(text, span))

    def _note_own(self, talk: Said, found: Sequence[Sequence[Span]]) -> None:
        """A contact counts once a conversation, and only if the bot or the instruction says it before the person does. A name
        in a greeting is that of the person."""
        known: set[Key] = set()
        self._tellers += any(role == "user" and span.kind in PERSONAL for (role, _), spans in zip(talk, found) for span in spans)
        for (role, text), spans in zip(talk, found):
            for span in spans:
                key = _key(text, span)
                if key not in known and span.kind in PERSONAL and role in BUSINESS and not _is_greeted(text, span):
                    self._given[key][text[span.start : span.end]] += 1
                known.add(key)


def _is_greeted(text: str, span: Span) -> bool:
    return span.kind == "NAME" and is_greeted(text, span.start)


def fingerprint(texts: Iterable[str]) -> int:
    return hash(tuple(texts))


def keys_of(text: str) -> Iterator[Key]:
    """What a single text holds."""
    return (_key(text, span) for span in find(text))


def _key(text: str, span: Span) -> Key:
    return span.kind, same(text[span.start : span.end], span.kind)


def _let_by(text: str, spans: Sequence[Span]) -> Iterator[Span]:
    taken = bytearray(len(text))
    for span in spans:
        taken[span.start : span.end] = b"\1" * (span.end - span.start)
    for close in NEAR.finditer(text):
        if taken.find(1, close.start(), close.end()) < 0:
            yield Span(close.start(), close.end(), "")


def _shown(text: str, span: Span) -> dict[str, Any]:
    """The words around a span in three parts: before it, itself, after it."""
    start, end = max(0, span.start - AROUND), min(len(text), span.end + AROUND)
    return {
        "before": ("…" if start else "") + text[start : span.start],
        "found": text[span.start : span.end],
        "after": text[span.end : end] + ("…" if end < len(text) else ""),
    }
