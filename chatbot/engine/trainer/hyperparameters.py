"""What “auto” means, and the numbers that no request can set."""

from __future__ import annotations

from dataclasses import dataclass

RANK, ALPHA = 16, 32.0
LEARNING_RATE = 6e-3  # for a multiplier of 1
PREFERENCE_RATE, BETA = 1e-3, 0.1  # of dpo
MANY = 500  # examples from which half of that learns more
WARM_UP = 0.05  # share of the steps
TOKENS_AT_ONCE = 768  # of one pass; larger batches are added up


@dataclass(frozen=True)
class Hyperparameters:
    """As the API names them."""

    n_epochs: int
    batch_size: int
    learning_rate_multiplier: float
    beta: float | None = None  # dpo's: how much a gain in probability counts

    def shown(self) -> dict[str, float]:
        """Those that the method has."""
        return {name: value for name, value in vars(self).items() if value is not None}

    @property
    def peak(self) -> float:
        """The highest learning rate."""
        return (LEARNING_RATE if self.beta is None else PREFERENCE_RATE) * self.learning_rate_multiplier


def resolve(asked: dict, examples: int) -> Hyperparameters:
    """Numbers for a training set of so many examples; `asked` has numbers or “auto” for all that the method has."""
    given = {name: value for name, value in asked.items() if value not in ("auto", None)}
    compares = "beta" in asked
    automatic = {
        "n_epochs": _preference_epochs(examples) if compares else _epochs(examples),
        "batch_size": max(4, min(32, examples // 1000)),
        "learning_rate_multiplier": 1.0 if compares or examples < MANY else 0.5,
    }
    if compares:
        automatic["beta"] = BETA
    return Hyperparameters(**{name: given.get(name, value) for name, value in automatic.items()})


def _epochs(examples: int) -> int:
    """Small sets are seen more often: about 1300 examples in all, at least 2 and at most 12 epochs."""
    return max(2, min(12, round(1300 / examples)))


def _preference_epochs(pairs: int) -> int:
    """About 240 pairs in all: what is preferred is learned sooner than what to say."""
    return max(1, min(6, round(240 / pairs)))


def learning_rate(step: int, total: int, peak: float) -> float:
    """Rate of a step (1 … total): linear warm-up to `peak`, then a linear way down to a tenth."""
    warm = max(1, round(total * WARM_UP))
    if step <= warm:
        return peak * step / warm
    return peak * (1 - 0.9 * (step - warm) / max(1, total - warm))
