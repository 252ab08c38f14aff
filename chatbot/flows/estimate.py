"""What a training takes, before it starts: time, memory, and at OpenAI money. Pure: texts and counts in, numbers out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from statistics import median_high
from typing import Any, Iterable

from chatbot.records import Job
from chatbot.settings import Settings

TOKENS_PER_SECOND = 1350  # two cores and the default base, after the first epoch; earlier trainings here tell it better
DEFAULT_SIZE = 135e6  # parameters of that base
START_UP = 20  # seconds to find the approved answers, to load that base, and to write the new model
LOADING = 4  # of them within the job itself, whose times tell a pace
FIRST_EPOCH = 0.4  # more than a later one takes, as a share: the lower half of the layers is computed once and kept
BATCH = 4  # examples that share the reading of the persona
FEWEST_SECONDS = 30  # that a training must have worked to tell a pace
NEWEST = 3  # trainings that tell it
KEPT, KEPT_PER_TOKEN = 2.7e8, 1150  # bytes; `trainer.frozen` keeps no more
PROMPT = 20  # tokens around each example, where it is not rendered
WITH_ANSWERS = 2.3  # times as many tokens when every example shows the approved answers it finds

PIECE = re.compile(r"(?P<word>[^\W\d_\u2e80-\uffff]+)|(?P<sign>[\u2e80-\uffff])|\d|[^\s\w]|\n+")
LONGER = 0.15  # tokens for each letter of a word after the fourth
SIGN = {"smollm": 1.87}  # tokens a Chinese character, by what the base is called; this one's tokenizer knows English only
OTHER_SIGN = 0.7
MESSAGE = 4  # tokens around a chat message

# US dollars for a million training tokens at OpenAI, as published in 2025. The longest name that fits counts.
PRICES_OF = "2025"
PRICES = {
    "gpt-4.1": 25.0,
    "gpt-4.1-mini": 5.0,
    "gpt-4.1-nano": 1.5,
    "gpt-4o": 25.0,
    "gpt-4o-mini": 3.0,
    "gpt-3.5-turbo": 8.0,
    "davinci-002": 6.0,
    "babbage-002": 0.4,
}


@dataclass(frozen=True)
class Tokens:
    """Of one pass over the data: those before each example that all share, and the others."""

    shared: float
    own: float

    @property
    def all(self) -> float:
        return self.shared + self.own

    @property
    def computed(self) -> float:
        """What is really worked on here: the shared ones are read once a batch."""
        return self.shared / BATCH + self.own

    def plus(self, other: "Tokens") -> "Tokens":
        return Tokens(self.shared + other.shared, self.own + other.own)

    def times(self, factor: float) -> "Tokens":
        return Tokens(self.shared * factor, self.own * factor)


def tokens_of(line: dict[str, Any], base: str) -> Tokens:
    """About how many tokens a line of a training file has."""
    if "messages" not in line:
        return Tokens(0, _count(line["prompt"] + line["completion"], base))
    counts = [(message["role"], MESSAGE + _count(message["content"], base)) for message in line["messages"]]
    shared = counts[0][1] if counts[0][0] == "system" else 0
    return Tokens(shared, sum(count for _, count in counts) - shared)


def tokens(n_examples: int, n_characters: int, like: str) -> float:
    """A rougher guess from the characters of questions and answers together, some of which are `like` this."""
    return n_examples * PROMPT + n_characters * _count(like, Settings.default_model) / max(1, len(like))


def size(base: str) -> float:
    """Parameters of a base, if its name tells them, like `qwen2.5-0.5b-instruct`; else those of the default one."""
    told = re.search(r"(?<![\w.])(\d+(?:\.\d+)?)([mb])(?![a-z0-9])", base.lower())
    return float(told[1]) * {"m": 1e6, "b": 1e9}[told[2]] if told else DEFAULT_SIZE


def pace(jobs: Iterable[Job], base: str) -> float:
    """Tokens a second: the middle of the newest trainings on this base that took long enough, else of those on others, by
    their sizes. One that shared the machine, or slept with it, must not speak for the next."""
    jobs = list(jobs)
    ended = [job for job in jobs if job.finished_at and job.trained_tokens and job.status == "succeeded"]
    newest = sorted(ended, key=lambda job: job.finished_at, reverse=True)  # type: ignore[arg-type,return-value]
    for alike in ([job for job in newest if job.model == base], newest):
        if told := [pace * size(job.model) / size(base) for job in alike if (pace := _pace(job, jobs))]:
            return median_high(told[:NEWEST])
    return TOKENS_PER_SECOND * DEFAULT_SIZE / size(base)


def start_up(base: str) -> float:
    """Seconds before the first step and after the last."""
    return START_UP * _slower(base)


def _slower(base: str) -> float:
    """How many times as long a base takes to load as the default one."""
    return max(1.0, size(base) / DEFAULT_SIZE) ** 0.5


def seconds(n_tokens: float, n_epochs: float, tokens_per_second: float, base: str = "") -> float:
    """How long a training takes from start to a finished model; `n_epochs` below 1 is a share of the examples, once."""
    return start_up(base) + n_tokens * (n_epochs + FIRST_EPOCH * min(1, n_epochs)) / tokens_per_second


def memory(base: str, n_tokens: float) -> float:
    """Bytes that a training holds at its peak: the program, the frozen weights, what is kept of the lower half."""
    return 1.35e9 + 3.5 * size(base) + min(KEPT, KEPT_PER_TOKEN * n_tokens)


def price(base: str) -> float | None:
    """US dollars for a million training tokens at OpenAI; None when it is not known."""
    names = [name for name in PRICES if base == name or base.startswith((f"{name}-", f"ft:{name}:", f"ft:{name}-"))]
    return PRICES[max(names, key=len)] if names else None


def _pace(job: Job, jobs: list[Job]) -> float | None:
    """Tokens a second of a finished training, without the time it waited for others to end."""
    ends = [other.finished_at for other in jobs if other.finished_at and job.created_at < other.finished_at < job.finished_at]  # type: ignore[operator]
    worked = job.finished_at - max([job.created_at, *ends]) - LOADING * _slower(job.model)  # type: ignore[operator]
    n_epochs = job.epochs or 1
    return job.trained_tokens * (n_epochs + FIRST_EPOCH) / n_epochs / worked if worked >= FEWEST_SECONDS else None  # type: ignore[operator]


def _count(text: str, base: str) -> float:
    sign = next((tokens for name, tokens in SIGN.items() if name in base), OTHER_SIGN)
    count = 0.0
    for piece in PIECE.finditer(text):
        count += sign if piece["sign"] else 1 + LONGER * max(0, len(piece["word"] or "") - 4)
    return count
