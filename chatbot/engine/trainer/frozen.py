"""The lower layers, which are not trained. What they make of a sequence never changes, so it is computed once
and kept: later epochs start in the middle of the model."""

from __future__ import annotations

import copy

import torch
from torch import nn

from .dataset import Sequence
from .packing import Layout

_MEMORY = 256 * 2**20  # bytes; about 230,000 tokens of the default base


def halves(body: nn.Module, first: int) -> tuple[nn.Module, nn.Module]:
    """A decoder as two that share its weights: the layers below `first` without the last norm, and the others."""
    lower, upper = _with_layers(body, 0, first), _with_layers(body, first, len(body.layers))
    lower.norm = nn.Identity()
    return lower, upper


def _with_layers(body: nn.Module, first: int, end: int) -> nn.Module:
    half = copy.copy(body)
    half._modules = dict(body._modules)
    half.layers = body.layers[first:end]
    if getattr(body.config, "layer_types", None):
        half.config = copy.copy(body.config)
        half.config.layer_types = body.config.layer_types[first:end]
    return half


class Lower:
    """The frozen half with its memory."""

    def __init__(self, layers: nn.Module):
        self._layers, self._room = layers, _MEMORY
        self._kept: dict[int, tuple[Sequence, torch.Tensor]] = {}  # by identity; holding the sequence keeps that unique

    @torch.no_grad()
    def states(self, sequences: list[Sequence]) -> list[torch.Tensor]:
        """What goes into the first trained layer, (tokens, width) for each sequence."""
        missing = [sequence for sequence in sequences if id(sequence) not in self._kept]
        made = {id(sequence): state for sequence, state in zip(missing, self._compute(missing))}
        for sequence in missing:
            self._keep(sequence, made[id(sequence)])
        return [made[id(s)] if id(s) in made else self._kept[id(s)][1] for s in sequences]

    def _compute(self, sequences: list[Sequence]) -> list[torch.Tensor]:
        if not sequences:
            return []
        layout = Layout.of(sequences)
        row = layout.run(self._layers, input_ids=layout.join([torch.tensor(sequence.ids) for sequence in sequences]))
        begin, rest = row[: layout.prefix], layout.rest(row)
        return [torch.cat([begin, rest[n]])[: len(sequence.ids)] for n, sequence in enumerate(sequences)]

    def _keep(self, sequence: Sequence, state: torch.Tensor) -> None:
        size = state.numel() * state.element_size()
        if size <= self._room:
            self._kept[id(sequence)] = (sequence, state)
            self._room -= size
