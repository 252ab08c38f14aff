"""How often the right answer is found, by an encoder as it is: a quick look, which `make eval` does in earnest."""

from __future__ import annotations

from dataclasses import replace
from statistics import mean

from chatbot.engine.encoders.transformer import Transformer
from chatbot.prompting.marks import is_right
from chatbot.prompting.similar import Index, Vectors, text_of
from chatbot.records import Example
from tests.evals.company import HERE, Fact, facts


def recall(encoder: Transformer) -> str:
    """First / among three, of each company that `tests/evals` asks about, and their mean."""
    told = {path.parent.name: _of(encoder, path.parent.name) for path in sorted(HERE.glob("*/facts.txt"))}
    told["mean"] = tuple(mean(part) for part in zip(*told.values()))
    return "  ".join(f"{name} {first:.1%} / {three:.1%}" for name, (first, three) in told.items())


def _of(encoder: Transformer, company: str) -> tuple[float, float]:
    known = facts(company)
    examples = [Example(question, fact.answer) for fact in known for question in fact.training]
    index = Index.of(examples)
    texts = ([each.question for each in examples], [each.answer for each in examples], [*map(text_of, examples)])
    vectors = Vectors.of(*(encoder.vectors([encoder.tokens(text) for text in part]) for part in texts)).scaled(index.groups)
    index = replace(index, vectors=vectors, reads_all=True)
    ranks = [_rank(encoder, index, text, fact) for fact in known for text in fact.held_out]
    return mean(rank == 0 for rank in ranks), mean(rank < 3 for rank in ranks)


def _rank(encoder: Transformer, index: Index, text: str, fact: Fact) -> int:
    found = index.search(text, encoder.vectors([encoder.tokens(text)])[0], everything=True).neighbours
    return next((place for place, each in enumerate(found) if each.answer == fact.answer or is_right(each.answer, fact.must)), 9)
