"""The approved answers that fit a question best: nearness of meaning and shared words, fused, and how sure that is.

An index is arrays alone; `flows.similar` gets the vectors and keeps the arrays on disk.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Collection, Mapping, Sequence

import numpy
from numpy.typing import NDArray

from chatbot.prompting.claims import numbers
from chatbot.prompting.lexical import Lexicon
from chatbot.prompting.spelling import words_of
from chatbot.prompting.words import latin_share, terms
from chatbot.records import Example

AXES = 64  # numbers of a vector that a first look at all examples takes; all of them decide among CANDIDATES
CANDIDATES = 128
RIVALS = 32  # answers that are weighed against each other
MOST = 3  # answers in a prompt
CLOSE = 0.8  # share of the best score from which an answer is worth a place in the prompt
CLOSE_BY_WORDS = 0.65  # the same for Chinese, where words count for more and scores lie further apart
BY_WORDS = 0.1  # what shared words weigh beside vectors; Chinese ones weigh 1
# Log-odds that the best answer is the right one: the embedding models are tuned to choose it with a softmax of this
# sharpness over all answers and none of them, which is as near as NOTHING. Fitted on companies in tests/evals (README.md here).
SHARPNESS, NOTHING = 20.0, 0.4
SURE_IN_ENGLISH = 0.5, 1.36
SURE_IN_OTHERS = -0.1, 0.57  # the model of many languages chooses wrongly more often
SURE_BY_WORDS = -2.9, 12.9  # times the share of the question's words that the best answer has
TIED = 0.06  # how far behind the best an answer with other numbers is no longer about as near
UNDECIDED = 0.6  # the odds of the best of such answers, at most: below what `flows.similar` calls sure
SAME = 0.7  # nearness from which two answers with the same numbers say the same; of different ones it was 0.6 at most
DENIES = re.compile(  # open and closed, allowed and not allowed are as near as can be
    r"\b(?:no|not|never|none|cannot|without|closed|nicht|kein\w*|geschlossen|sin|cerrad\w+|nunca|pas|jamais|fermé\w*|non|chius\w+|não|fechad\w+|не|нет)\b"
    r"|n['’]t\b|[不没無无勿未非别休]|ない|ません|لا|ليس|لن",
    re.IGNORECASE,
)
MEAN, SPREAD = 0.12, 0.14  # of the nearness of unlike examples, by the model that all these numbers were fitted with
SAMPLE = 512  # examples that tell how near unlike ones are by another model


@dataclass(frozen=True)
class Neighbour:
    """An approved answer, the phrasing of its question that fits best, and how well: about 0 to 1."""

    question: str
    answer: str
    source: str
    score: float


@dataclass(frozen=True)
class Found:
    """Neighbours, best first, and the odds that the first one answers the question, 0 to 1.

    `chatter` is a question with nothing in it to look for, like a greeting."""

    neighbours: tuple[Neighbour, ...] = ()
    confidence: float = 0.0
    chatter: bool = False


@dataclass(frozen=True)
class Vectors:
    """(n, d) of length 1 each: of the questions, the answers, and both in one text; `short` (n, AXES) is what `axes`
    (d, AXES) leave of their mean. `scale` (2,) makes nearness what it would be by the model that the formulas know."""

    questions: NDArray[numpy.float16]
    answers: NDArray[numpy.float16]
    both: NDArray[numpy.float16]
    axes: NDArray[numpy.float32]
    short: NDArray[numpy.float32]
    scale: NDArray[numpy.float32] = field(default_factory=lambda: numpy.array([0, 1], "f4"))

    @classmethod
    def of(cls, questions: NDArray, answers: NDArray, both: NDArray) -> "Vectors":
        mean = questions.astype("f4")
        mean += answers
        mean += both
        mean /= 3
        axes = numpy.linalg.eigh(mean.T @ mean)[1][:, ::-1][:, :AXES].astype("f4")
        kept = (part.astype("f2", copy=False) for part in (questions, answers, both))
        return cls(*kept, axes, numpy.ascontiguousarray(mean @ axes))

    def scaled(self, groups: NDArray) -> "Vectors":
        """For vectors of another model: some find everything alike, some nothing."""
        some = numpy.linspace(0, len(groups) - 1, min(len(groups), SAMPLE)).astype(int)
        questions = self.questions[some].astype("f4")
        unlike = (questions @ questions.T)[groups[some][:, None] != groups[some]]
        factor = SPREAD / max(float(unlike.std()), 0.01) if len(unlike) else 1.0
        offset = MEAN - factor * float(unlike.mean()) if len(unlike) else 0.0
        return replace(self, scale=numpy.array([offset, factor], "f4"))

    def nearness(self, products: NDArray) -> NDArray:
        """Scalar products of vectors of length 1, as the formulas know them."""
        return self.scale[0] + self.scale[1] * products


@dataclass(frozen=True)
class Index:
    """Everything that can be answered. Without vectors it goes by words alone.

    `reads_all` says that the vectors come from a model of many languages, `embedding_model`, not of English only."""

    examples: Sequence[Example]
    groups: NDArray[numpy.int32]  # (n,): examples with the same answer share a number
    lexicon: Lexicon  # of each answer with all the ways to ask for it
    spellings: NDArray[numpy.str_]  # the words of all of them, the most frequent first
    vectors: Vectors | None = None
    reads_all: bool = False
    embedding_model: str = ""

    @classmethod
    def of(cls, examples: Sequence[Example]) -> "Index":
        numbers: dict[str, int] = {}
        groups = [numbers.setdefault(example.answer, len(numbers)) for example in examples]
        texts = [[answer] for answer in numbers]
        for group, example in zip(groups, examples):
            texts[group].append(example.question)
        whole = ["\n".join(parts) for parts in texts]
        return cls(examples, numpy.array(groups, "i4"), Lexicon.of(whole), numpy.array(words_of(whole), "U"))

    def arrays(self) -> dict[str, NDArray]:
        """Everything but the examples, by name; see `from_arrays`."""
        named = {f"words-{field.name}": getattr(self.lexicon, field.name) for field in fields(Lexicon) if field.name != "n_texts"}
        if self.vectors:
            named |= {f"vectors-{field.name}": getattr(self.vectors, field.name) for field in fields(Vectors)}
        return named | {"groups": self.groups, "spellings": self.spellings}

    @classmethod
    def from_arrays(cls, examples: Sequence[Example], arrays: Mapping[str, NDArray]) -> "Index":
        """Everything but what is known of the embedding model."""
        def part(of: type, name: str) -> dict[str, NDArray]:
            return {field.name: arrays[key] for field in fields(of) if (key := f"{name}-{field.name}") in arrays}

        named, groups = part(Vectors, "vectors"), arrays["groups"]
        vectors = Vectors(**named) if named else None
        if "spellings" not in arrays:  # of an earlier release
            return replace(cls.of(examples), vectors=vectors)
        lexicon = Lexicon(**part(Lexicon, "words"), n_texts=int(groups.max(initial=-1)) + 1)
        return cls(examples, groups, lexicon, arrays["spellings"], vectors)

    @cached_property
    def words(self) -> dict[str, int]:
        """Each word of the examples with its rank; read by `spelling.mended`."""
        return {word: rank for rank, word in enumerate(self.spellings.tolist())}

    def search(self, question: str, vector: NDArray | None = None, hidden: Collection[int] = (), everything: bool = False) -> Found:
        """The best answers, each once. `vector` (d,) is the question's; `hidden` examples do not count, nor, without
        `everything`, those that are too far behind the best to be shown to the model."""
        if not len(self.examples):
            return Found(chatter=not terms(question))
        trust = self._trust(question, vector)
        by_meaning = trust * latin_share(question)
        by_words = (self.lexicon.scores(question) * numpy.float32(1 - (1 - BY_WORDS) * by_meaning))[self.groups]
        places, scores, near = self._candidates(by_words, vector, trust, hidden)
        best: dict[int, int] = {}  # of each answer the best example, best answer first
        for at, place in enumerate(places):
            best.setdefault(int(self.groups[place]), at)
        order = [at for at in best.values() if scores[at] > 0][:RIVALS]
        if not order:
            return Found(chatter=not terms(question))
        order = self._different(order, places) if trust else order
        least = scores[order[0]] * (0 if everything else by_meaning * CLOSE + (1 - by_meaning) * CLOSE_BY_WORDS)
        shown = [at for at in order[:MOST] if scores[at] >= least]
        neighbours = [self._neighbour(self._asked_most_alike(question, places[scores == scores[at]], places[at]), scores[at]) for at in shown]
        log_odds = trust * _line(SURE_IN_OTHERS if self.reads_all else SURE_IN_ENGLISH, _chosen(near[order])) if trust else 0.0
        if trust < 1:
            same = places[self.groups[places] == self.groups[places[order[0]]]]
            covered = self.lexicon.covered(question, (text_of(self.examples[place]) for place in same))
            log_odds += (1 - trust) * _line(SURE_BY_WORDS, covered)
        confidence = 1 / (1 + math.exp(-log_odds))
        if _tied([(self.examples[places[at]].answer, scores[at]) for at in order[:MOST]]):
            confidence = min(confidence, UNDECIDED)
        return Found(tuple(neighbours), confidence, not terms(question))

    def _different(self, order: list[int], places: NDArray) -> list[int]:
        """Those of the best answers that do not say what a better one says already."""
        answers = self.vectors.answers[places[order]].astype("f4")
        near = self.vectors.nearness(answers @ answers.T) >= SAME
        kept: dict[frozenset[str], list[int]] = defaultdict(list)  # by the numbers they state, and whether they deny
        for at, place in enumerate(places[order]):
            alike = kept[self._stated_by(place)]
            if not near[at, alike].any():
                alike.append(at)
        return [order[at] for at in sorted(at for alike in kept.values() for at in alike)]

    def _stated_by(self, place: int) -> frozenset[str]:
        """The numbers of an example's answer, and a sign if it denies; each answer is looked through once."""
        group = int(self.groups[place])
        if group not in self._stated:
            answer = self.examples[place].answer
            self._stated[group] = _stated(answer) | {"not"} if DENIES.search(answer) else _stated(answer)
        return self._stated[group]

    @cached_property
    def _stated(self) -> dict[int, frozenset[str]]:
        return {}

    def _asked_most_alike(self, question: str, equals: NDArray, first: int) -> int:
        """Of examples that score alike the one with the answer of the `first` whose question shares most words with this one."""
        wanted = set(terms(question))
        same = [place for place in equals if self.groups[place] == self.groups[first]]
        return max(same, key=lambda place: len(wanted.intersection(terms(self.examples[place].question)))) if same[1:] else first

    def goes_by_meaning(self, question: str) -> bool:
        """Whether the vector of this question would count."""
        return self.vectors is not None and (self.reads_all or latin_share(question) > 0)

    def _candidates(self, by_words: NDArray, vector: NDArray | None, trust: float, hidden: Collection[int]) -> tuple[NDArray, NDArray, NDArray]:
        """Places, scores and nearness of the best examples, best first; the earlier of equals comes first."""
        rough = by_words + trust * self.vectors.nearness(self.vectors.short @ (vector @ self.vectors.axes)) if trust else by_words.copy()
        rough[list(hidden)] = -math.inf
        places = _largest(rough, CANDIDATES)
        places = places[rough[places] > -math.inf]
        near = self._nearness(places, vector) if trust else numpy.zeros(len(places), "f4")
        scores = by_words[places] + trust * near
        order = numpy.argsort(-scores, kind="stable")
        return places[order], scores[order], near[order]

    def _nearness(self, places: NDArray, vector: NDArray) -> NDArray:
        """(len(places),): of each example, and of the middles of all phrasings that share its answer."""
        parts = (self.vectors.questions, self.vectors.answers, self.vectors.both)
        questions, answers, both = (part[places].astype("f4") for part in parts)
        _, member, sizes = numpy.unique(self.groups[places], return_inverse=True, return_counts=True)
        order, starts = numpy.argsort(member, kind="stable"), numpy.cumsum(sizes) - sizes

        def middles(part: NDArray) -> NDArray:
            sums = numpy.add.reduceat(part[order], starts, axis=0)
            return (sums @ vector / numpy.linalg.norm(sums, axis=1))[member]

        alone = 0.16 * (both @ vector) + 0.16 * (answers @ vector)
        return self.vectors.nearness(alone + 0.42 * middles(questions) + 0.26 * middles(both))

    def _trust(self, question: str, vector: NDArray | None) -> float:
        """How much the vectors are to be believed about this question, 0 to 1."""
        if vector is None or not self.goes_by_meaning(question):
            return 0.0
        return 1.0 if self.reads_all else latin_share(question)

    def _neighbour(self, place: int, score: float) -> Neighbour:
        example = self.examples[place]
        return Neighbour(example.question, example.answer, example.source, round(float(score), 3))


def text_of(example: Example) -> str:
    """What is looked through: the question and the answer."""
    return f"{example.question} {example.answer}"


def _chosen(near: NDArray) -> float:
    """Log-odds of the first of these answers against the others and none of them, by their nearness."""
    rivals = SHARPNESS * numpy.append(near[1:], NOTHING)
    return float(SHARPNESS * near[0] - numpy.logaddexp.reduce(rivals))


def _line(of: tuple[float, float], value: float) -> float:
    return of[0] + of[1] * value


def _tied(ranked: Sequence[tuple[str, float]]) -> bool:
    """Whether another of these answers, the best first with their scores, is about as near as it, and has other numbers."""
    (best, score), *others = ranked
    return any(score - behind < TIED and _stated(other) != _stated(best) for other, behind in others)


def _stated(answer: str) -> frozenset[str]:
    return frozenset(number.value for number in numbers(answer))


def _largest(scores: NDArray, n: int) -> NDArray:
    """Places of the `n` largest, in rising order of place."""
    if len(scores) <= n:
        return numpy.arange(len(scores))
    return numpy.sort(numpy.argpartition(scores, len(scores) - n)[len(scores) - n :])
