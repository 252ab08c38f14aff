"""What looking up and guarding cost: one question among many approved answers, and the time to the first word."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy

from chatbot.flows import asking
from chatbot.flows.similar import learn
from chatbot.house import House
from chatbot.prompting.similar import Index, Vectors
from chatbot.records import Example, Piece
from chatbot.settings import Settings
from tests.evals.company import facts

WIDTH = 768  # of the default embedding model
TOPICS = 300  # vectors stand in clouds, as those of texts do


def milliseconds(n: int) -> tuple[float, float]:
    """Median and 95th percentile of a search among `n` examples, the question's vector given: made-up texts and vectors, a
    real index."""
    random = numpy.random.default_rng(0)
    words = [word for fact in facts("kestrel") for question in fact.training for word in question.split()]
    examples = [Example(" ".join(random.choice(words, 9)), f"{' '.join(random.choice(words, 20))} {at % (n // 2)}") for at in range(n)]
    centres = random.standard_normal((TOPICS, WIDTH))
    parts = [_near(centres[random.integers(0, TOPICS, n)], random) for _ in range(3)]
    index = replace(Index.of(examples), vectors=Vectors.of(*parts))
    asked = [question for fact in facts("kestrel") for question in fact.held_out]
    times = []
    for question, vector in zip(asked, _near(centres[: len(asked)], random)):
        began = time.perf_counter()
        index.search(question, vector)
        times.append(1000 * (time.perf_counter() - began))
    return float(numpy.median(times)), float(numpy.percentile(times, 95))


def before_first_word(cache: Path) -> tuple[float, float]:
    """Median and 95th percentile of the milliseconds that looking up and guarding add to the first word, its vector and
    the building of the prompt included: a model that answers at once, with approved answers and without."""
    with TemporaryDirectory() as home:
        house = House(Settings(home=Path(home), cache=cache))
        house.__dict__["client"] = _AtOnce(house.client)
        index = learn(house, [Example(question, fact.answer) for fact in facts("kestrel") for question in fact.training])
        asked = [(question, fact.answer) for fact in facts("kestrel") for question in fact.held_out]
        added = [_until_a_word(house, index, *each) - _until_a_word(house, None, *each) for each in asked]
        house.engine.extensions["engine"].close()
    return float(numpy.median(added)), float(numpy.percentile(added, 95))


class _AtOnce:
    """The real embeddings; chat answers what it is told to, word by word, without delay."""

    def __init__(self, real: Any):
        self.embed, self.answer = real.embed, ""

    def chat(self, *_: Any) -> Iterator[Piece]:
        yield from (Piece(f"{word} ") for word in self.answer.split())


def _until_a_word(house: House, index: Index | None, question: str, answer: str) -> float:
    house.client.answer = answer  # type: ignore[attr-defined]
    began = time.perf_counter()
    prompt = asking.prompt_with(house, index, "chat", question, "model")
    next(piece for piece in asking.send(house, prompt) if piece.text)
    return 1000 * (time.perf_counter() - began)


def _near(points: numpy.ndarray, random: numpy.random.Generator) -> numpy.ndarray:
    moved = (points + 0.5 * random.standard_normal(points.shape)).astype("f4")
    return moved / numpy.linalg.norm(moved, axis=1, keepdims=True)
