"""What a training wants of its examples: answers that become likely, or preferred ones likelier than others."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import torch

from .batches import split
from .dataset import Pair, Sequence
from .hyperparameters import TOKENS_AT_ONCE
from .loss import Score, preference
from .model import Tunable


class Answers:
    """Supervised: each token of each answer counts alike."""

    reference = None

    def __init__(self, model: Tunable, examples: list[Sequence]):
        self._model, self._examples = model, examples
        self.lengths = [example.tokens for example in examples]

    def begin(self, breathe: Callable[[], None]) -> None:
        """Nothing has to be known beforehand."""

    def share(self, batch: list[int]) -> float:
        """What one summand of the loss weighs in the mean of a batch."""
        return 1 / sum(sum(self._examples[index].trained[1:]) for index in batch)

    def learn(self, part: list[int], share: float) -> Score:
        return self._model.learn([self._examples[index] for index in part], share)

    def judge(self, part: list[int]) -> Score:
        return self._model.judge([self._examples[index] for index in part])


class Preferences:
    """DPO: the preferred answer of each pair shall gain more than the other one."""

    def __init__(self, model: Tunable, examples: list[Pair], beta: float):
        self._model, self._examples, self._beta = model, examples, beta
        self.lengths = [2 * max(example.preferred.tokens, example.other.tokens) for example in examples]
        self.reference: torch.Tensor | None = None  # (2, examples), log probabilities before the first step

    def begin(self, breathe: Callable[[], None]) -> None:
        """Remember how likely the answers are as long as nothing is trained. Calls `breathe` now and then."""
        if self.reference is not None:
            return
        known = torch.empty(2, len(self._examples))
        for part in split(list(range(len(self._examples))), self.lengths, TOKENS_AT_ONCE):
            known[:, part] = self._model.read(self._sequences(part)).log_probability.view(2, -1)
            breathe()
        self.reference = known

    def share(self, batch: list[int]) -> float:
        """What one summand of the loss weighs in the mean of a batch."""
        return 1 / len(batch)

    def learn(self, part: list[int], share: float) -> Score:
        return self._model.learn(self._sequences(part), share, self._loss(part))

    def judge(self, part: list[int]) -> Score:
        return self._model.judge(self._sequences(part), self._loss(part))

    def _sequences(self, part: list[int]) -> list[Sequence]:
        """The preferred answers, then the others."""
        pairs = [self._examples[index] for index in part]
        return [pair.preferred for pair in pairs] + [pair.other for pair in pairs]

    def _loss(self, part: list[int]):
        return partial(preference, reference=self.reference[:, part].flatten(), beta=self._beta)


Objective = Answers | Preferences
