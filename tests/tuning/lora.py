"""Low-rank changes to the linear layers of an encoder, while they are learned; `encoders.lora` adds them to its weights."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn


class Lora(nn.Module):
    """A linear layer with a low-rank change to be learned."""

    def __init__(self, layer: nn.Linear, rank: int):
        super().__init__()
        self.layer = layer
        self.A = nn.Parameter(torch.randn(rank, layer.in_features) / layer.in_features**0.5)
        self.B = nn.Parameter(torch.zeros(layer.out_features, rank))

    def forward(self, states: Tensor) -> Tensor:
        return self.layer(states) + (states @ self.A.T.to(states.dtype)) @ self.B.T.to(states.dtype)


def with_lora(model: nn.Module, kinds: tuple[str, ...], rank: int) -> dict[str, Lora]:
    """Put one around every linear layer of these last names; by their full names."""
    wanted = [name for name, layer in model.named_modules() if isinstance(layer, nn.Linear) and name.split(".")[-1] in kinds]
    layers = {name: Lora(model.get_submodule(name), rank) for name in wanted}
    for name, layer in layers.items():
        parent, _, own = name.rpartition(".")
        setattr(model.get_submodule(parent), own, layer)
    return layers


@torch.no_grad()
def load(layers: dict[str, Lora], path: Path) -> None:
    learned = load_file(path)
    for name, layer in layers.items():
        layer.A.copy_(learned[f"{name}.A"])
        layer.B.copy_(learned[f"{name}.B"])


def save(layers: dict[str, Lora], path: Path) -> None:
    learned = {f"{name}.{part}": getattr(layer, part).detach().bfloat16() for name, layer in layers.items() for part in "AB"}
    save_file(learned, path)
    path.chmod(0o644)
