"""Whether an answer has what it claims from somewhere."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Iterable, Mapping, Sequence

from chatbot.prompting.claims import SENTENCE, actors, contacts, formulas, names, numbers, streets, words
from chatbot.prompting.words import fold, is_chinese, terms

LOOP = 60  # characters that a small model only says twice when it cannot stop
GROUNDED = 0.5  # share of an answer's words that its sources have


@dataclass(frozen=True)
class Known:
    """What may be said: the claims and the words of an answer's sources, of its question, and of what was said before.

    `units` are, for each number, what it counts there; `people` whom the sources name."""

    text: str
    units: Mapping[str, frozenset[str]]
    contacts: frozenset[str]
    formulas: frozenset[str]
    words: frozenset[str]
    terms: frozenset[str]
    people: tuple[str, ...] = ()

    @classmethod
    def of(cls, sources: Iterable[str], people: Iterable[str] = ()) -> "Known":
        text = "\n".join(sources)
        units = defaultdict(set)
        for number in numbers(text):
            units[number.value].add(number.unit)
        frozen = {value: frozenset(of) for value, of in units.items()}
        sets = (frozenset(part(text)) for part in (contacts, formulas, words, terms))
        return cls(fold(text), frozen, *sets, tuple(people))

    def made_up(self, answer: str, people: Iterable[str] = ()) -> list[str]:
        """Numbers, addresses, names and formulas in the answer that no source has; a number of minutes is none of euros.

        `people` are those whom the answer names, as other rules know them."""
        found = [contact for contact in contacts(answer) if contact not in self.contacts]
        found += [formula for formula in formulas(answer) if formula not in self.formulas]
        found += [number.written for number in numbers(answer) if not self._counts(number.value, number.unit)]
        found += [street for street in streets(answer) if fold(street) not in self.text]
        found += [name for name in names(answer) if not self.words.issuperset(words(name))]
        found += [name for name in actors(answer) if not self.words.issuperset(words(name)) and not self.terms.issuperset(terms(name))]
        return list(dict.fromkeys(found + [name for name in people if not self._names(name)]))

    def supports(self, answer: str) -> bool:
        """Whether at least half of what the answer is about stands in the sources."""
        about = set(terms(answer))
        return len(about & self.terms) >= GROUNDED * len(about)

    def _names(self, person: str) -> bool:
        """Whether a source names this person; a Chinese surname with a title is enough of somebody whose name is known."""
        if not is_chinese(person):
            return self.words.issuperset(words(person))
        return fold(person) in self.text or any(known[:1] == person[:1] for known in self.people if len(person) == 1)

    def _counts(self, value: str, unit: str) -> bool:
        units = self.units.get(value, frozenset())
        return bool(units) and (not unit or "" in units or unit in units)


def leaves_out(answer: str, approved: str) -> bool:
    """Whether the approved answer states numbers or addresses and this one none of them."""
    return bool(_stated(approved)) and not _stated(approved) & _stated(answer)


def means_another(answer: str, approved: Sequence[str]) -> bool:
    """Whether it takes more from a later one of the approved answers than from the first."""
    return any(_prefers(answer, other, approved[0]) for other in approved[1:])


def _prefers(answer: str, other: str, first: str) -> bool:
    """Whether an answer has more words of `other`, and none of the facts that only `first` states."""
    own = _stated(first) - _stated(other)
    without = not own & _stated(answer) if own else _shared(first, answer) < GROUNDED
    return without and _shared(other, answer) > _shared(first, answer)


def mixes(answer: str, approved: Sequence[str], anywhere: str) -> bool:
    """Whether a sentence has numbers together that no approved answer has together; those of `anywhere` count as of each."""
    free, own = _values(anywhere), [_values(each) for each in approved]
    stated = (_values(sentence) - free for sentence in SENTENCE.split(answer))
    return any(values and not any(values <= each for each in own) for values in stated)


def _stated(text: str) -> set[str]:
    return _values(text) | {*contacts(text)}


def _values(text: str) -> set[str]:
    return {number.value for number in numbers(text)}


def _shared(approved: str, answer: str) -> float:
    """How much of an approved answer stands in another answer, in tenths."""
    wanted = set(terms(approved))
    return round(len(wanted & set(terms(answer))) / max(1, len(wanted)), 1)


def loops(answer: str) -> bool:
    """Whether its end has been said before, word for word."""
    return len(answer) > 2 * LOOP and answer[-LOOP:] in answer[:-LOOP]
