"""Times the answers of a server: the pace of one and of several at once, and the wait for the first token."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from typing import Any

import openai

from chatbot.engine.bases import Base
from chatbot.engine.template import render

LENGTH = 96  # tokens of one answer
ENDS = {0: -100, 2: -100}  # no answer ends before its length
_numbers = count()

Answer = Callable[[str, int], Iterator[str]]  # question, tokens → pieces of text, about one a token


def through_engine(client: openai.OpenAI, model: str) -> Answer:
    """Ask as any program does."""

    def answer(question: str, length: int) -> Iterator[str]:
        wish = {"messages": [{"role": "user", "content": question}], "max_tokens": length, "temperature": 0}
        for chunk in client.chat.completions.create(model=model, stream=True, logit_bias=ENDS, **wish):
            if chunk.choices[0].delta.content:
                yield chunk.choices[0].delta.content

    return answer


def bare(client: openai.OpenAI, base: Base) -> Answer:
    """Ask llama.cpp's own server for the same, with the same client, whose own time counts on both sides."""

    def answer(question: str, length: int) -> Iterator[str]:
        prompt = render([{"role": "user", "content": question}], base)
        wish = {"prompt": prompt, "max_tokens": length, "temperature": 0}
        for chunk in client.completions.create(model="bare", stream=True, logit_bias=ENDS, **wish):
            if chunk.choices and chunk.choices[0].text:
                yield chunk.choices[0].text

    return answer


@dataclass(frozen=True)
class Speed:
    """`first` is in seconds, the others in tokens a second."""

    decoding: float
    first: float
    one: float
    eight: float


def question() -> str:
    """One that no server has in its cache, always of about the same length."""
    return f"{next(_numbers):06d} is my number. Please tell me a long story about a small boat and the sea."


def pace(answer: Answer) -> tuple[float, float]:
    """Seconds to the first token of one answer, and tokens a second after it."""
    begun = time.perf_counter()
    times = [time.perf_counter() for _ in answer(question(), LENGTH)]
    return times[0] - begun, (LENGTH - 1) / (times[-1] - times[0])


def together(answer: Answer, chats: int) -> float:
    """Tokens a second of so many chats at once, all told."""
    with ThreadPoolExecutor(chats) as pool:
        begun = time.perf_counter()
        list(pool.map(lambda _: sum(1 for _ in answer(question(), LENGTH)), range(chats)))
        return chats * LENGTH / (time.perf_counter() - begun)


def in_turns(answers: dict[str, Answer], rounds: int, measure: Callable[[Answer], Any]) -> dict[str, list[Any]]:
    """`measure` of each answer, one after the other in every round, so that what else the machine does hits all alike."""
    found: dict[str, list[Any]] = {name: [] for name in answers}
    for _ in range(rounds):
        for name, answer in answers.items():
            found[name].append(measure(answer))
    return found


def first_token(answer: Answer) -> float:
    begun = time.perf_counter()
    for _ in answer(question(), 1):
        return time.perf_counter() - begun
    raise RuntimeError("an answer without a token")


def measure(answers: dict[str, Answer], rounds: int, firsts: int, chats: bool = True) -> dict[str, Speed]:
    """The medians for each of `answers`; the number of chats at once is left out for speed unless `chats`."""
    for answer in answers.values():
        pace(answer)  # the model is loaded, the pages are warm
    decoding = in_turns(answers, rounds, lambda answer: pace(answer)[1])
    first = in_turns(answers, firsts, first_token)
    one = in_turns(answers, 3 if chats else 0, lambda answer: together(answer, 1))
    eight = in_turns(answers, 3 if chats else 0, lambda answer: together(answer, 8))
    middle = lambda values: statistics.median(values) if values else float("nan")  # noqa: E731
    return {name: Speed(middle(decoding[name]), middle(first[name]), middle(one[name]), middle(eight[name])) for name in answers}
