"""How good an answer is: does it say what it must, and how near is it to the answer wanted."""

from __future__ import annotations

from collections import Counter
from typing import Sequence

from chatbot.prompting.words import fold

LONGEST = 6  # characters of the longest n-grams of chrF
RECALL_WEIGHT = 2  # chrF2: what is missing counts twice


def is_right(answer: str, must: Sequence[str]) -> bool:
    """Whether every string of `must` is in the answer; case and full-width forms do not matter."""
    said = fold(answer)
    return all(fold(part) in said for part in must)


def chrf(answer: str, reference: str) -> float:
    """chrF2 as sacreBLEU counts it, 0 to 100: the n-grams of characters that both share, without blanks."""
    said, wanted = ("".join(text.split()) for text in (answer, reference))
    scores = [_overlap(_grams(said, n), _grams(wanted, n)) for n in range(1, LONGEST + 1) if min(len(said), len(wanted)) >= n]
    if not scores:
        return 0.0
    precision, recall = (sum(part) / len(scores) for part in zip(*scores))
    weight = RECALL_WEIGHT**2
    return 100 * (1 + weight) * precision * recall / (weight * precision + recall) if precision + recall else 0.0


def _overlap(said: Counter[str], wanted: Counter[str]) -> tuple[float, float]:
    shared = (said & wanted).total()
    return shared / max(1, said.total()), shared / max(1, wanted.total())


def _grams(text: str, n: int) -> Counter[str]:
    return Counter(text[start : start + n] for start in range(len(text) - n + 1))
