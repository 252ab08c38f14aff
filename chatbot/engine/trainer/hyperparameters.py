"""What “auto” means, and the numbers that no request can set."""

from __future__ import annotations

from dataclasses import dataclass

RANK, ALPHA = 16, 32.0
LEARNING_RATE = 6e-3  # for a multiplier of 1
WARM_UP = 0.05  # share of the steps
TOKENS_AT_ONCE = 1024  # of one pass; larger batches are added up


@dataclass(frozen=True)
class Hyperparameters:
    """As the API names them."""

    n_epochs: int
    batch_size: int
    learning_rate_multiplier: float


def resolve(asked: dict, examples: int) -> Hyperparameters:
    """Numbers for a training set of so many examples; `asked` has numbers or “auto”."""
    given = {name: value for name, value in asked.items() if value not in ("auto", None)}
    automatic = {
        "n_epochs": _epochs(examples),
        "batch_size": max(4, min(32, examples // 500)),
        "learning_rate_multiplier": 1.0,
    }
    return Hyperparameters(**{name: given.get(name, value) for name, value in automatic.items()})


def _epochs(examples: int) -> int:
    """Small sets are seen more often: about 1300 examples in all, at least 2 and at most 25 epochs."""
    return max(2, min(25, round(1300 / examples)))


def learning_rate(step: int, total: int, multiplier: float) -> float:
    """Rate of a step (1 … total): linear warm-up, then a linear way down to a tenth."""
    peak = LEARNING_RATE * multiplier
    warm = max(1, round(total * WARM_UP))
    if step <= warm:
        return peak * step / warm
    return peak * (1 - 0.9 * (step - warm) / max(1, total - warm))
