"""Low-rank adapters (Hu et al. 2021, https://arxiv.org/abs/2106.09685) of sentence encoders, in a safetensors file: for each
matrix that was tuned `<name>.A` (rank, in) and `<name>.B` (out, rank)."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import nn


@torch.no_grad()
def merge(model: nn.Module, adapter: Path) -> None:
    """Add an adapter to the weights of the model it was made for."""
    learned = load_file(adapter)
    for name in {key.rpartition(".")[0] for key in learned}:
        weight = model.get_submodule(name).weight
        change = learned[f"{name}.B"].float() @ learned[f"{name}.A"].float()
        weight.copy_(weight.float() + change)
