"""How likely the model finds given answers, computed only for trained tokens and a slice at a time, and what the
losses make of that.

The gradient is formed together with the probabilities, so the large table of logits never has to be kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields

import torch
from torch.nn import functional

ANCHOR = 1.0  # what the mean loss of a preferred answer's tokens weighs beside the comparison
_SLICE = 128  # tokens; their logits fit better into the cache than all at once
_ROWS = 32  # tokens are filled up to a multiple of so many: for every new number of them oneDNN compiles code for 20 ms


@dataclass
class Score:
    """Sums over trained tokens; where pairs of answers are compared, over the tokens of the preferred ones."""

    loss: float = 0.0
    correct: int = 0
    tokens: int = 0
    pairs: int = 0
    won: int = 0  # pairs whose preferred answer gained more than the other one
    margin: float = 0.0  # by how much, as rewards: beta times the log probability gained

    def add(self, other: "Score") -> None:
        for field in fields(self):
            setattr(self, field.name, getattr(self, field.name) + getattr(other, field.name))

    @property
    def mean(self) -> float:
        """Loss per token, or per pair."""
        return self.loss / (self.pairs or self.tokens)

    def numbers(self) -> dict[str, float]:
        """The means under the API's names, and for pairs two more."""
        found = {"loss": self.mean, "mean_token_accuracy": self.correct / self.tokens}
        rewards = {"reward_accuracy": self.won / self.pairs, "reward_margin": self.margin / self.pairs} if self.pairs else {}
        return found | rewards


@dataclass(frozen=True)
class Reading:
    """Sums over the trained tokens of some sequences, each of shape (sequences)."""

    log_probability: torch.Tensor
    correct: torch.Tensor
    tokens: torch.Tensor


Loss = Callable[[Reading], tuple[Score, torch.Tensor]]  # and how much likelier each sequence ought to become


def read(hidden: torch.Tensor, head: torch.Tensor, targets: torch.Tensor, lengths: torch.Tensor) -> tuple[Reading, torch.Tensor]:
    """What the output matrix `head` (vocabulary, width) makes of `targets` (n) from `hidden` (n, width), for sequences
    of `lengths`; and the gradient of each token's negative log probability with respect to its row of `hidden`."""
    n, extra = len(targets), -len(targets) % _ROWS
    hidden, targets = functional.pad(hidden, (0, 0, 0, extra)), functional.pad(targets, (0, extra))
    chosen, correct, gradient = torch.empty(n + extra), torch.empty(n + extra), torch.empty_like(hidden)
    for first in range(0, n, _SLICE):
        part = slice(first, first + _SLICE)
        wanted = targets[part].unsqueeze(1)
        log_probabilities = functional.linear(hidden[part], head).float().log_softmax(-1)
        likely = log_probabilities.gather(1, wanted)
        chosen[part], correct[part] = likely.squeeze(1), log_probabilities.max(-1).indices == targets[part]
        slope = log_probabilities.exp_().scatter_add_(1, wanted, torch.full_like(likely, -1.0))
        gradient[part] = slope.to(head.dtype) @ head
    add_up = lambda values: torch.stack([part.sum() for part in values[:n].split(lengths.tolist())])  # noqa: E731
    return Reading(add_up(chosen), add_up(correct), lengths), gradient[:n]


def cross_entropy(reading: Reading) -> tuple[Score, torch.Tensor]:
    """Every trained token shall become likelier."""
    loss = -reading.log_probability.sum().item()
    score = Score(loss, int(reading.correct.sum()), int(reading.tokens.sum()))
    return score, torch.ones(len(reading.tokens))


def preference(reading: Reading, reference: torch.Tensor, beta: float) -> tuple[Score, torch.Tensor]:
    """Direct preference optimization: the first half of the sequences shall gain more than the second half, compared
    with what the model thought before the training, the log probabilities `reference` (sequences).

    Besides, the preferred answers are learned as such, which the score does not count: without that a small model finds
    the right answer likelier and yet writes nonsense."""
    preferred, other = (beta * (reading.log_probability - reference)).chunk(2)
    margin, count = preferred - other, len(preferred)
    score = Score(
        loss=functional.softplus(-margin).sum().item(),
        correct=int(reading.correct[:count].sum()),
        tokens=int(reading.tokens[:count].sum()),
        pairs=count,
        won=int((margin > 0).sum()),
        margin=margin.sum().item(),
    )
    wish = beta * torch.sigmoid(-margin)
    return score, torch.cat([wish + ANCHOR / reading.tokens[:count], -wish])
