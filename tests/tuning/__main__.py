"""Tune an embedding model: `python -m tests.tuning customer-mpnet` writes `chatbot/engine/encoders/customer-mpnet.safetensors`.

A customer's message has to be nearer to the approved answer that settles it than to any other of the company (InfoNCE, van
den Oord et al. 2018, https://arxiv.org/abs/1807.03748), where an answer's score is what `prompting.similar` makes of its
vectors. Messages that nothing settles have to be further away than a limit that is learned along with it, and all others
nearer; so nearness also tells how sure an answer is.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from chatbot.engine.config import EngineConfig
from chatbot.engine.embedding_models import DEFAULT, MULTILINGUAL, find_embedding_model
from chatbot.engine.encoders.transformer import Transformer, alike
from chatbot.settings import ROOT
from tests.evals.company import Fact, facts, outside
from tests.tuning import COMPANIES
from tests.tuning.lora import load, save, with_lora
from tests.tuning.recall import recall

ENCODERS = ROOT / "chatbot" / "engine" / "encoders"
MESSAGES = 40  # in a step, all of one company
WARM_UP = 0.1  # share of the steps


@dataclass(frozen=True)
class Recipe:
    """`sharpness` is one over the softmax's temperature, `limit` the nearness at which nothing is near, to begin with."""

    languages: tuple[str, ...]
    sharpness: float
    limit: float
    rate: float
    matrices: tuple[str, ...]
    rank: int = 8
    epochs: int = 2


RECIPES = {
    DEFAULT: Recipe(("en",), sharpness=20, limit=0.45, rate=4e-4, matrices=("q", "v")),
    MULTILINGUAL: Recipe(("en", "zh", "other"), sharpness=60, limit=0.7, rate=4e-4, matrices=("query", "key", "value", "dense"), epochs=3),
}


@dataclass(frozen=True)
class Step:
    """Messages of one company, each with the place of the fact that settles it; -1: none does."""

    facts: list[Fact]
    messages: list[tuple[str, int]]


def main() -> None:
    parser = argparse.ArgumentParser(description="Tune an embedding model to questions of customers.")
    parser.add_argument("model", choices=RECIPES)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--onward", action="store_true", help="begin with what has been learned, at half the rate")
    parser.add_argument("--languages", nargs="+", help="of the companies to learn from")
    parser.add_argument("--epochs", type=int)
    arguments = parser.parse_args()
    recipe = RECIPES[arguments.model]
    recipe = replace(
        recipe,
        languages=tuple(arguments.languages or recipe.languages),
        epochs=arguments.epochs or recipe.epochs,
        rate=recipe.rate / 2 if arguments.onward else recipe.rate,
    )
    random.seed(arguments.seed)
    torch.manual_seed(arguments.seed)
    encoder = _encoder(arguments.model)
    print(f"before: {recall(encoder)}", flush=True)
    layers = with_lora(encoder.model, recipe.matrices, recipe.rank)
    if arguments.onward:
        load(layers, ENCODERS / f"{arguments.model}.safetensors")
    _learn(encoder, [parameter for layer in layers.values() for parameter in (layer.A, layer.B)], recipe)
    save(layers, ENCODERS / f"{arguments.model}.safetensors")


def _encoder(model: str) -> Transformer:
    cache = ROOT / "instance" / "cache"
    found = find_embedding_model(EngineConfig(home=cache, cache=cache, models=cache), model)
    encoder = Transformer(found.folder)
    encoder.model.set_attn_implementation("eager")  # PyTorch's own is slow backwards in bf16
    encoder.model.requires_grad_(False)
    return encoder


def _learn(encoder: Transformer, parameters: list[nn.Parameter], recipe: Recipe) -> None:
    companies = sorted(folder for folder in COMPANIES.iterdir() if folder.name.startswith(recipe.languages))
    limit = nn.Parameter(torch.tensor(recipe.limit))
    optimiser = torch.optim.AdamW([{"params": parameters, "lr": recipe.rate}, {"params": [limit], "lr": 1e-2}])
    n_steps = recipe.epochs * len(list(_steps(companies)))
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, [lambda step: _pace(step / n_steps), lambda step: 1.0])
    began = time.monotonic()
    for epoch in range(recipe.epochs):
        losses = []
        for step in _steps(companies):
            loss = _loss(encoder, step, limit, recipe.sharpness)
            loss.backward()
            nn.utils.clip_grad_norm_(parameters, 1.0)
            optimiser.step()
            optimiser.zero_grad()
            schedule.step()
            losses.append(loss.item())
        minutes = (time.monotonic() - began) / 60
        print(f"epoch {epoch + 1}: loss {statistics.mean(losses):.3f}, limit {limit.item():.3f}, {minutes:.1f} min\n{recall(encoder)}", flush=True)


def _pace(share: float) -> float:
    """Times the highest rate, after this share of the steps."""
    return min(1.0, (share + 1e-3) / WARM_UP) * (1 - 0.9 * max(0.0, share - WARM_UP) / (1 - WARM_UP))


def _steps(companies: list[Path]) -> Iterator[Step]:
    """Every message once, in random order."""
    steps = []
    for company in companies:
        known = facts(company)
        messages = [(text, place) for place, fact in enumerate(known) for text in fact.held_out] + [(text, -1) for text in outside(company)]
        random.shuffle(messages)
        n = max(1, round(len(messages) / MESSAGES))
        steps += [Step(known, messages[at::n]) for at in range(n)]
    random.shuffle(steps)
    yield from steps


def _loss(encoder: Transformer, step: Step, limit: Tensor, sharpness: float) -> Tensor:
    asked = [random.choice(fact.training) for fact in step.facts]
    answers = [fact.answer for fact in step.facts]
    both = [f"{random.choice(fact.training)} {fact.answer}" for fact in step.facts]
    n = len(asked)
    vectors = _vectors(encoder, [*asked, *both, *answers, *(text for text, _ in step.messages)])
    messages = vectors[3 * n :]
    scores = 0.42 * messages @ vectors[:n].T + 0.42 * messages @ vectors[n : 2 * n].T + 0.16 * messages @ vectors[2 * n : 3 * n].T
    nothing = limit.expand(len(messages), 1)
    settled_by = torch.tensor([place % (n + 1) for _, place in step.messages])  # -1: the last one, nothing
    return cross_entropy(sharpness * torch.cat([scores, nothing], dim=1), settled_by)


def _vectors(encoder: Transformer, texts: list[str]) -> Tensor:
    """(n, width), to be differentiated; like lengths are computed together."""
    ids = [encoder.tokens(text) for text in texts]
    order = sorted(range(len(ids)), key=lambda place: len(ids[place]))
    found = torch.cat([encoder.pooled([ids[place] for place in part]) for part in alike(order, ids, 4096)])
    return found[torch.argsort(torch.tensor(order))]


if __name__ == "__main__":
    main()
