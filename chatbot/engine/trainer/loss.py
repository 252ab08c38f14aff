"""Cross-entropy over the vocabulary, computed only for trained tokens and a slice at a time.

The gradient is formed together with the loss, so the large table of logits never has to be kept."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch.nn import functional

_SLICE = 128  # tokens; their logits fit better into the cache than all at once


@dataclass
class Score:
    """Sums over trained tokens."""

    loss: float = 0.0
    correct: int = 0
    tokens: int = 0

    def add(self, other: "Score") -> None:
        self.loss, self.correct, self.tokens = (
            self.loss + other.loss,
            self.correct + other.correct,
            self.tokens + other.tokens,
        )

    @property
    def mean(self) -> float:
        """Loss per token."""
        return self.loss / self.tokens

    @property
    def accuracy(self) -> float:
        """Share of tokens whose most likely guess was right."""
        return self.correct / self.tokens


def score(hidden: torch.Tensor, head: torch.Tensor, targets: torch.Tensor) -> tuple[Score, torch.Tensor]:
    """Loss of predicting `targets` (n) from `hidden` (n, width) with the output matrix `head` (vocabulary, width),
    and the gradient of the summed loss with respect to `hidden`."""
    total, gradient = Score(tokens=len(targets)), torch.empty_like(hidden)
    for first in range(0, len(targets), _SLICE):
        part = slice(first, first + _SLICE)
        wanted = targets[part].unsqueeze(1)
        log_probabilities = functional.linear(hidden[part], head).float().log_softmax(-1)
        chosen = log_probabilities.gather(1, wanted)
        total.loss -= chosen.sum().item()
        total.correct += (log_probabilities.argmax(-1, keepdim=True) == wanted).sum().item()
        slope = log_probabilities.exp_().scatter_add_(1, wanted, torch.full_like(chosen, -1.0))
        gradient[part] = slope.to(head.dtype) @ head
    return total, gradient
