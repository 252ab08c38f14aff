"""Which texts share words with a question: BM25 over an inverted index of plain numpy arrays."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from hashlib import blake2b
from typing import Iterable, Sequence

import numpy
from numpy.typing import NDArray

from chatbot.prompting.words import terms

SATURATION, LENGTH = 1.2, 0.5  # BM25's k1 and b


@dataclass(frozen=True)
class Lexicon:
    """`keys` (t,) hashes of terms, sorted; the texts with term i are `places[starts[i]:starts[i + 1]]`, with their
    `weights`; `idf` (t,)."""

    keys: NDArray[numpy.uint64]
    starts: NDArray[numpy.int64]
    places: NDArray[numpy.int32]
    weights: NDArray[numpy.float32]
    idf: NDArray[numpy.float32]
    n_texts: int

    @classmethod
    def of(cls, texts: Sequence[str]) -> "Lexicon":
        counts = [Counter(terms(text)) for text in texts]
        lengths = numpy.array([count.total() for count in counts], numpy.float32)
        rows = [(_key(term), place, times) for place, count in enumerate(counts) for term, times in count.items()]
        keys, places, times = (numpy.array(column, kind) for column, kind in zip(_columns(rows), ("u8", "i4", "f4")))
        order = numpy.argsort(keys, kind="stable")
        unique, starts, sizes = numpy.unique(keys[order], return_index=True, return_counts=True)
        idf = rarity(sizes, len(texts))
        places, times = places[order], times[order]
        norm = SATURATION * (1 - LENGTH + LENGTH * lengths[places] / max(float(lengths.sum()) / max(1, len(texts)), 1e-6))
        weights = numpy.repeat(idf, sizes) * times * (SATURATION + 1) / (times + norm)
        return cls(unique, numpy.append(starts, len(keys)), places, weights.astype("f4"), idf, len(texts))

    def scores(self, question: str) -> NDArray[numpy.float32]:
        """(n_texts,): 0 shares no word; about 1 and above shares all of the question's."""
        found, mass = self._look_up(set(terms(question)))
        scores = numpy.zeros(self.n_texts, numpy.float32)
        for at in found:
            part = slice(self.starts[at], self.starts[at + 1])
            scores[self.places[part]] += self.weights[part]
        return scores / numpy.float32(mass or 1)

    def unknown(self, question: str) -> float:
        """Which share of the question's weight lies on words that no text has, 0 to 1."""
        found, mass = self._look_up(set(terms(question)))
        return 1 - float(self.idf[found].sum()) / mass if mass else 0.0

    def covered(self, question: str, texts: Iterable[str]) -> float:
        """Which share of the question's weight lies on words of these texts, 0 to 1."""
        asked = set(terms(question))
        shared, mass = self._look_up(asked & {term for text in texts for term in terms(text)}), self._look_up(asked)[1]
        return shared[1] / mass if mass else 0.0

    def _look_up(self, wanted: set[str]) -> tuple[list[int], float]:
        """The places of the terms that are known, and the weight of all of them together."""
        keys = numpy.array(sorted(map(_key, wanted)), "u8")
        at = numpy.minimum(numpy.searchsorted(self.keys, keys), max(0, len(self.keys) - 1))
        known = at[self.keys[at] == keys].tolist() if len(self.keys) else []
        strange = float(rarity(numpy.array([0]), self.n_texts)[0])
        return known, float(self.idf[known].sum()) + strange * (len(wanted) - len(known))


def rarity(n_with: NDArray, n_texts: int) -> NDArray[numpy.float32]:
    """BM25's inverse document frequency, never negative."""
    return numpy.log(1 + (n_texts - n_with + 0.5) / (n_with + 0.5)).astype("f4")


def _key(term: str) -> int:
    # the same in every process, which Python's own hash is not
    return int.from_bytes(blake2b(term.encode(), digest_size=8).digest(), "little")


def _columns(rows: list[tuple[int, int, int]]) -> Sequence[Sequence[int]]:
    return list(zip(*rows)) or [(), (), ()]
