"""The last question: keep a part of classification data aside for validation."""

from __future__ import annotations

from typing import Iterable

from chatbot.data.findings import Finding
from chatbot.data.questions.facts import Facts
from chatbot.data.reading import Row
from chatbot.records import Message

MOST_VALIDATION = 1000  # rows
TRAINING_SHARE = 0.8
SEED = 42


def question(facts: Facts) -> Finding | None:
    """Only classification is split: there a share of right answers can be counted."""
    if facts.task != "classification":
        return None
    kept = n_training(facts.n)
    return Finding(
        "split",
        "recommended",
        Message("With data kept aside you see how many answers are right for rows the model never saw."),
        Message("Split into %(train)s rows for training and %(valid)s for validation", train=kept, valid=facts.n - kept),
        facts.n - kept,
    )


def n_training(n: int) -> int:
    return max(n - MOST_VALIDATION, int(n * TRAINING_SHARE))


def split(rows: Iterable[Row]) -> tuple[list[Row], list[Row]]:
    """Training rows in random order, the same one every time, and validation rows in the order of the file."""
    from numpy.random import RandomState  # numpy takes 0.1 s to import

    known = list(rows)
    order = RandomState(SEED).permutation(len(known))
    chosen, others = order[: n_training(len(known))], order[n_training(len(known)) :]
    return [known[index] for index in chosen], [known[index] for index in sorted(others)]
