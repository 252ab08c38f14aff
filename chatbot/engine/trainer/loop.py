"""The steps of a training. Knows the model and the data, nothing of jobs, files or messages."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch

from . import lora
from .batches import epoch_batches, split
from .hyperparameters import TOKENS_AT_ONCE, Hyperparameters, learning_rate
from .loss import Score
from .model import Tunable
from .objectives import Objective

_VALIDATE_EVERY = 10  # steps
_CLIP = 1.0  # largest norm of a step's gradient
_PATIENCE = 2  # epochs without a lower validation loss after which a training that may stop early does


class Diverged(Exception):
    """The loss is no longer a number."""


@dataclass(frozen=True)
class Step:
    """What happened in one step."""

    number: int  # from 1
    total: int
    train: Score
    valid: Score | None = None
    full_valid: Score | None = None  # at the end of an epoch
    ends_epoch: bool = False


@dataclass(frozen=True)
class Best:
    """The state with the lowest loss on all validation data so far."""

    step: int
    loss: float
    lora: dict[str, torch.Tensor]


class Training:
    """One training, which can be put away with `state()` and taken up with `restore()` between any two steps."""

    def __init__(
        self,
        model: Tunable,
        train: Objective,
        valid: Objective | None,
        numbers: Hyperparameters,
        seed: int,
        breathe: Callable[[], None],
        stops_early: bool = False,
    ):
        """`breathe` is called between passes, a second or two apart, and may raise to stop. With `stops_early` the steps
        end when the validation loss has not fallen for two epochs."""
        self.model, self.train, self.valid, self.numbers = model, train, valid, numbers
        self.seed, self.breathe, self.stops_early, self.done = seed, breathe, stops_early, 0
        self.best: Best | None = None
        self.steps_per_epoch = math.ceil(len(train.lengths) / numbers.batch_size)
        self.total = self.steps_per_epoch * numbers.n_epochs
        self._objectives = [objective for objective in (train, valid) if objective]
        self._parameters = lora.parameters(model.layers)
        self._optimizer = torch.optim.AdamW(self._parameters, weight_decay=0.0, betas=(0.9, 0.99), fused=True)

    def state(self) -> dict:
        """Everything that the remaining steps depend on."""
        return {
            "done": self.done,
            "lora": lora.tensors(self.model.layers),
            "optimizer": self._optimizer.state_dict(),
            "references": [objective.reference for objective in self._objectives],
            "best": vars(self.best) if self.best else None,
        }

    def restore(self, state: dict) -> None:
        """Go on where `state` was taken."""
        self.done = state["done"]
        lora.assign(self.model.layers, state["lora"])
        self._optimizer.load_state_dict(state["optimizer"])
        for objective, reference in zip(self._objectives, state.get("references", ())):
            objective.reference = reference
        self.best = Best(**state["best"]) if state.get("best") else None

    def begin(self) -> None:
        """What has to be computed before the first step, unless `restore` brought it. Raises what `breathe` raises."""
        for objective in self._objectives:
            objective.begin(self.breathe)

    def steps(self) -> Iterator[Step]:
        """Do the remaining steps. Raises Diverged, and whatever `breathe` raises."""
        for epoch in range(self.done // self.steps_per_epoch, self.numbers.n_epochs):
            if self.stops_early and self._waited() >= _PATIENCE:
                return
            batches = epoch_batches(self.train.lengths, self.numbers.batch_size, self.seed, epoch)
            for batch in batches[self.done - epoch * self.steps_per_epoch :]:
                train = self._learn(batch)
                self.done += 1
                yield self._step(train)

    def _learn(self, batch: list[int]) -> Score:
        total, share = Score(), self.train.share(batch)
        for part in split(batch, self.train.lengths, TOKENS_AT_ONCE):
            total.add(self.train.learn(part, share))
            self.breathe()
        norm = torch.nn.utils.clip_grad_norm_(self._parameters, _CLIP)
        if not math.isfinite(total.loss) or not torch.isfinite(norm):
            raise Diverged
        for group in self._optimizer.param_groups:
            group["lr"] = learning_rate(self.done + 1, self.total, self.numbers.peak)
        self._optimizer.step()
        self._optimizer.zero_grad()
        return total

    def take_best(self) -> None:
        """Go back to the best state."""
        if self.best:
            lora.assign(self.model.layers, self.best.lora)

    def _waited(self) -> int:
        """Epochs since the best state."""
        return (self.done - self.best.step) // self.steps_per_epoch if self.best else 0

    def _step(self, train: Score) -> Step:
        ends = self.done % self.steps_per_epoch == 0
        full = self._judge(list(range(len(self.valid.lengths)))) if self.valid and ends else None
        if full and (self.best is None or full.mean < self.best.loss):
            copy = {name: tensor.clone() for name, tensor in lora.tensors(self.model.layers).items()}
            self.best = Best(self.done, full.mean, copy)
        due = self.valid and (ends or self.done % _VALIDATE_EVERY == 0)
        return Step(self.done, self.total, train, self._judge(self._sample()) if due else None, full, ends)

    def _sample(self) -> list[int]:
        """One batch of validation data, another one each time."""
        count = len(self.valid.lengths)
        size = min(self.numbers.batch_size, count)
        first = self.done // _VALIDATE_EVERY * size
        return [(first + index) % count for index in range(size)]

    def _judge(self, indexes: list[int]) -> Score:
        total = Score()
        for part in split(indexes, self.valid.lengths, TOKENS_AT_ONCE):
            total.add(self.valid.judge(part))
            self.breathe()
        return total
