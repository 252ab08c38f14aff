"""How often and how fast a training that chooses by itself goes over its data; chatbot/engine/README.md has what decided."""

from __future__ import annotations

GENTLE = 0.5  # times the usual learning rate, for those who ask for smaller steps
LOOKED_UP = 0.5  # the same where answers are shown: to use them is learned sooner than to know them by heart
MANY = 500  # examples from which the engine itself takes half the rate
ENOUGH = 2500  # examples from which it learns to use the answers it is shown as well as from more


def passes(n_examples: int, retrieval: bool = True) -> float:
    """How often it goes over the data: small sets more often. Below 1 it is once over so large a share of them.

    With approved answers in the prompt it has to learn to use them, which takes about 560 examples in all; without, to
    know the answers by heart, and then the engine decides (`trainer.hyperparameters`)."""
    n_examples = max(1, n_examples)
    if not retrieval:
        return max(2, min(12, round(1300 / n_examples)))
    return max(1, min(12, round(560 / n_examples))) if n_examples <= ENOUGH else ENOUGH / n_examples


def rate_multiplier(n_examples: int, retrieval: bool, gentle: bool) -> float | None:
    """Times the highest learning rate; None leaves it to the server."""
    usual = LOOKED_UP if retrieval or n_examples >= MANY else 1.0
    return usual * (GENTLE if gentle else 1.0) if retrieval or gentle else None
