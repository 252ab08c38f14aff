"""Slips of the keyboard: a word that nobody knows, one slip away from a word of the approved answers, is read as that."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable, Mapping
from string import ascii_lowercase

WORD = re.compile(r"\b[a-z]{5,20}\b", re.IGNORECASE)  # too many shorter ones are one slip apart


def words_of(texts: Iterable[str]) -> list[str]:
    """The different words of some texts, the most frequent first."""
    counts = Counter(word.lower() for text in texts for word in WORD.findall(text))
    return [word for word, _ in counts.most_common()]


def mended(question: str, own: Mapping[str, int], real: Container[str]) -> str:
    """The question as it was meant. `own` are the words that it may mean, with their ranks; `real` words stay."""

    def meant(match: re.Match[str]) -> str:
        word = match[0].lower()
        if word in own or word in real:
            return match[0]
        # an ending more or less is no slip, and nothing that other rules would not see through
        near = [other for other in slips(word) if other in own and not other.startswith(word) and not word.startswith(other)]
        return min(near, key=own.__getitem__, default=match[0])

    return WORD.sub(meant, question)


def slips(word: str) -> set[str]:
    """What one letter too few, too many, wrong or changed for its neighbour makes of a word."""
    parts = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    swapped = {f"{head}{tail[1]}{tail[0]}{tail[2:]}" for head, tail in parts if len(tail) > 1}
    fewer = {f"{head}{tail[1:]}" for head, tail in parts if tail}
    wrong = {f"{head}{letter}{tail[1:]}" for head, tail in parts if tail for letter in ascii_lowercase}
    more = {f"{head}{letter}{tail}" for head, tail in parts for letter in ascii_lowercase}
    return swapped | fewer | wrong | more
