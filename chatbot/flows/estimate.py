"""How long a training will take, before it starts. Pure: counts in, seconds out."""

from __future__ import annotations

from typing import Iterable

from chatbot.records import Job

TOKENS_PER_SECOND = 900  # two cores and the default base; replaced by what earlier trainings here really did
START_UP = 15  # seconds to load the base model, and to write the new one
PROMPT = 20  # tokens around each example; the persona, which all share, is read once a batch
CHARACTERS_A_TOKEN = 4
WITH_ANSWERS = 2.3  # times as many tokens when every example shows the approved answers it finds


def tokens(n_examples: int, n_characters: int) -> int:
    """About how many tokens one pass over the examples reads; `n_characters` of questions and answers together."""
    return n_examples * PROMPT + n_characters // CHARACTERS_A_TOKEN


def epochs(n_examples: int, retrieval: bool = True) -> int:
    """How often a training that chooses by itself goes over the data: small sets more often.

    With approved answers in the prompt it has to learn to use them, which takes about 560 examples in all; without, to
    know the answers by heart, and then the engine decides (`trainer.hyperparameters`)."""
    most, in_all = (12, 560) if retrieval else (25, 1300)
    return max(2, min(most, round(in_all / max(1, n_examples))))


def speed(jobs: Iterable[Job]) -> float:
    """Tokens a second, from finished trainings; the newest counts."""
    known = [job for job in jobs if job.trained_tokens and job.finished_at and job.finished_at > job.created_at]
    if not known:
        return TOKENS_PER_SECOND
    newest = max(known, key=lambda job: job.finished_at or 0)
    return newest.trained_tokens / max(1, newest.finished_at - newest.created_at - START_UP)  # type: ignore[operator]


def seconds(n_tokens: float, n_epochs: int, tokens_per_second: float) -> int:
    """How long a training takes from start to a finished model."""
    return round(START_UP + n_tokens * n_epochs / tokens_per_second)
