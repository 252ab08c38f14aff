"""The story of a blind test: two unnamed answers to one question, a choice, and in the end which model wins."""

from __future__ import annotations

import random
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from itertools import combinations
from math import sqrt
from typing import Any, Iterator, Sequence

from chatbot.flows.reply import ReplyEvent, answer
from chatbot.records import DataError, HomegrownError, Message
from chatbot.store import blind, test_questions
from chatbot.store.tables import BlindTest, BlindVote

CHOICES = ("a", "b", "same", "bad")
CONFIDENCE = 1.96  # standard deviations of a normal distribution that hold 95 %


@dataclass(frozen=True)
class Duel:
    """Two models and how often which was better; the first is the one that won more often."""

    first: str
    second: str
    won: int
    lost: int
    same: int
    bad: int

    @property
    def judged(self) -> int:
        return self.won + self.lost + self.same + self.bad

    @property
    def rate(self) -> tuple[float, float, float] | None:
        """How often the first won of those decided: share and ends of the 95 % interval; None before anything was decided."""
        return wilson(self.won, self.won + self.lost)

    @property
    def winner(self) -> str | None:
        """The better model, once chance is no likely reason."""
        return self.first if self.rate and self.rate[1] > 0.5 else None


def wilson(won: int, n: int) -> tuple[float, float, float] | None:
    """A share with its 95 % confidence interval, sound also for few trials (Wilson, 1927)."""
    if not n:
        return None
    share, z = won / n, CONFIDENCE**2 / n
    middle = (share + z / 2) / (1 + z)
    half = CONFIDENCE * sqrt(share * (1 - share) / n + z / (4 * n)) / (1 + z)
    return share, max(0.0, middle - half), min(1.0, middle + half)


def duels(test: BlindTest, votes: Sequence[BlindVote]) -> list[Duel]:
    """The result of every pair of the test's models."""
    return [_duel(first, second, votes) for first, second in combinations(test.models, 2)]


def deal(house: Any, test: BlindTest, user_id: int, question: str = "") -> BlindVote:
    """What this person judges next: what lies open from before, else the pair and question judged least so far.

    Raises DataError when there is no question to ask."""
    waiting = blind.pending(house.store, test.id, user_id)
    if waiting:
        return waiting
    votes = blind.votes(house.store, test.id)
    question = question or _next_question(house, votes, user_id)
    pair = list(_least(list(combinations(test.models, 2)), Counter(tuple(sorted((vote.model_a, vote.model_b))) for vote in votes)))
    random.shuffle(pair)  # the side must tell nothing
    return blind.deal(house.store, test.id, question, *pair, user_id)


def tell(house: Any, vote: BlindVote, side: str) -> Iterator[ReplyEvent]:
    """Stream one side's answer and keep it. Nothing in the events says which model it is."""
    text = ""
    try:
        with closing(answer(house, vote.question, getattr(vote, f"model_{side}"))) as pieces:  # type: ignore[type-var]
            for piece in pieces:
                text = piece.text if piece.replaces else text + piece.text
                if piece.text:
                    yield ReplyEvent("delta", {"text": piece.text, "replaces": piece.replaces})
    except HomegrownError:
        yield ReplyEvent("error", {"message": Message("This answer could not be had. Go on with the next question.")})
        return
    blind.keep_answer(house.store, vote.id, side, text)
    yield ReplyEvent("done")


def _next_question(house: Any, votes: Sequence[BlindVote], user_id: int) -> str:
    known = [kept.question for kept in test_questions.every(house.store)]
    if not known:
        raise DataError(Message("There are no test questions yet. Type a question of your own, or save some on the page Try."))
    judged = Counter(vote.question for vote in votes)
    mine = Counter(vote.question for vote in votes if vote.by == user_id)
    return min(known, key=lambda question: (mine[question], judged[question], random.random()))


def _least(pairs: list[tuple[str, str]], seen: Counter) -> tuple[str, str]:
    return min(pairs, key=lambda pair: (seen[tuple(sorted(pair))], random.random()))


def _duel(first: str, second: str, votes: Sequence[BlindVote]) -> Duel:
    counts: Counter[str] = Counter()
    for vote in votes:
        if vote.choice and {vote.model_a, vote.model_b} == {first, second}:
            chosen = {"a": vote.model_a, "b": vote.model_b}.get(vote.choice, vote.choice)
            counts[chosen] += 1
    better, worse = sorted((first, second), key=lambda model: -counts[model])
    return Duel(better, worse, counts[better], counts[worse], counts["same"], counts["bad"])
