"""What a training on a prepared dataset will be like, before it starts: how much there is to learn, whether one answer
dominates, how many tokens each pass reads. A look at a part of the file, rendered as the training will render it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Mapping, Sequence

from chatbot.flows import estimate, prepare
from chatbot.flows.dataset_folder import folder
from chatbot.flows.estimate import Tokens
from chatbot.flows.finetune import FEWEST_EXAMPLES, FEWEST_TO_SPLIT, UNKNOWN_EVERY
from chatbot.flows.persona import current_persona
from chatbot.flows.similar import finder
from chatbot.prompting import training_line
from chatbot.prompting.similar import Index
from chatbot.records import DataError, Example, Persona, Style
from chatbot.store.tables import Dataset

LOOKED_AT = 256 * 1024  # bytes of a file
BLOCKS = 16  # places in a large file
RENDERED = 48  # examples
DOMINATES = 0.2  # share of the examples with one answer
FAIR = 2  # times as often as if all answers came equally often, which counts where there are only a few
MANY = 5  # examples with it


@dataclass(frozen=True)
class Outlook:
    """`canned` is an answer that dominates and its share of the examples. Tokens are those of one pass over the data, by
    base: of the form in which answers are looked up, and of the plain one."""

    n_examples: int
    canned: tuple[str, float] | None
    looked_up: Mapping[str, Tokens]
    plain: Mapping[str, Tokens]

    @property
    def too_few(self) -> bool:
        """Not even enough to start."""
        return self.n_examples < FEWEST_EXAMPLES

    @property
    def few(self) -> bool:
        """Not enough to keep some aside, by which one sees whether it memorises."""
        return self.n_examples < FEWEST_TO_SPLIT


def of_dataset(house: Any, dataset: Dataset, bases: Sequence[str]) -> Outlook | None:
    """None when its files are gone. Takes some milliseconds: call it away from the event loop."""
    prepared = dataset.report["prepared"]
    path = folder(house, dataset.id) / prepared["training"][0]
    try:
        changed = path.stat().st_mtime_ns
        return _of_file(path, changed, prepared["n_examples"], dataset.format, current_persona(house), tuple(bases))
    except (OSError, DataError):
        return None


@lru_cache(64)
def _of_file(path: Path, changed: int, n_rows: int, style: Style, persona: Persona, bases: tuple[str, ...]) -> Outlook:
    """A row, which may be a conversation, teaches as many examples as it has answers."""
    seen = prepare.inspect(path.name, _parts(path))
    return of_examples(seen.examples, round(n_rows * len(seen.examples) / len(seen.reading.lines)), style, persona, bases)


def of_examples(examples: Sequence[Example], n_examples: int, style: Style, persona: Persona, bases: Sequence[str]) -> Outlook:
    """What `examples` tell of a set of `n_examples` that they are a part of, or all."""
    shown = examples[:: -(-len(examples) // RENDERED) or 1]
    near, alone = finder(Index.of(examples)), {base: Tokens(0, 0) for base in bases}
    looked_up = dict(alone)
    for example in shown:
        for found, tokens in ((near(example, False), looked_up), ((), alone)):
            line = training_line(persona, example, style, found)
            for base in bases:
                tokens[base] = tokens[base].plus(estimate.tokens_of(line, base))
    share = n_examples / max(1, len(shown))
    again = 1 + 1 / UNKNOWN_EVERY  # those that are shown once more, without the right answer
    return Outlook(
        n_examples,
        _canned(examples),
        {base: tokens.times(share * again) for base, tokens in looked_up.items()},
        {base: tokens.times(share) for base, tokens in alone.items()},
    )


def _parts(path: Path) -> bytes:
    """The lines of a small file; of a large one those that lie wholly in blocks all over it."""
    size = path.stat().st_size
    if size <= LOOKED_AT:
        return path.read_bytes()
    block, found = LOOKED_AT // BLOCKS, []
    with path.open("rb") as file:
        for number in range(BLOCKS):
            file.seek((size - block) * number // (BLOCKS - 1))
            lines = file.read(block).split(b"\n")
            found += lines[number > 0 : -1]
    return b"\n".join(found)


def _canned(examples: Sequence[Example]) -> tuple[str, float] | None:
    counts = Counter(example.answer.strip() for example in examples)
    answer, n = counts.most_common(1)[0] if counts else ("", 0)
    least = min(0.9, max(DOMINATES, FAIR / max(1, len(counts))))
    return (answer, n / len(examples)) if n >= MANY and n >= least * len(examples) else None
