"""How long one question takes among many approved answers: made-up texts and vectors, a real index."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy

from chatbot.prompting.similar import Index, Vectors
from chatbot.records import Example
from tests.evals.company import facts

WIDTH = 384
TOPICS = 300  # vectors stand in clouds, as those of texts do


def milliseconds(n: int) -> tuple[float, float]:
    """Median and 95th percentile of a search among `n` examples, the question's vector given."""
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


def _near(points: numpy.ndarray, random: numpy.random.Generator) -> numpy.ndarray:
    moved = (points + 0.5 * random.standard_normal(points.shape)).astype("f4")
    return moved / numpy.linalg.norm(moved, axis=1, keepdims=True)
