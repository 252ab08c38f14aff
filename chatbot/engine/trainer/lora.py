"""LoRA: a small trained matrix pair beside every frozen weight matrix, stored as PEFT stores it."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import nn

from .products import linear

SAME_INPUT = (("q_proj", "k_proj", "v_proj"), ("gate_proj", "up_proj"))
TARGETS = (*SAME_INPUT[0], "o_proj", *SAME_INPUT[1], "down_proj")
_PREFIX = "base_model.model."
_LAYER = re.compile(r"\.layers\.(\d+)\.")


class LoraLinear(nn.Module):
    """A frozen linear layer plus `scale * B A`; the pair is kept in float32 and used in the layer's precision. Those that
    read the same input are computed together."""

    def __init__(self, frozen: nn.Linear, rank: int, alpha: float):
        super().__init__()
        self.frozen, self.scale = frozen, alpha / rank
        self.lora_A = nn.Parameter(torch.empty(rank, frozen.in_features))
        self.lora_B = nn.Parameter(torch.zeros(frozen.out_features, rank))
        nn.init.kaiming_uniform_(self.lora_A, a=math.sqrt(5))
        self.together = Together([self])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.together.output(self, x)


class Together:
    """Layers that are called one after the other with the same input: the first call computes all of them."""

    def __init__(self, layers: list[LoraLinear]):
        self._layers, self._input = layers, None
        self._outputs: dict[LoraLinear, torch.Tensor] = {}
        for layer in layers:
            layer.together = self

    def output(self, layer: LoraLinear, x: torch.Tensor) -> torch.Tensor:
        """What `layer` makes of `x`."""
        if self._input is not x or layer not in self._outputs:
            self._input, self._outputs = x, dict(zip(self._layers, self._compute(x)))
        found = self._outputs.pop(layer)
        if not self._outputs:
            self._input = None
        return found

    def _compute(self, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
        down = torch.cat([layer.lora_A for layer in self._layers]).to(x.dtype)
        ups = [(layer.lora_B * layer.scale).to(x.dtype) for layer in self._layers]
        frozen = [(layer.frozen.weight, layer.frozen.bias) for layer in self._layers]
        return linear(x, frozen, down, ups)


def insert(model: nn.Module, rank: int, alpha: float, first: int, seed: int) -> dict[str, LoraLinear]:
    """Freeze `model` and put a LoRA pair beside each matrix of its layers from `first` on. Returns them by name."""
    torch.manual_seed(seed)
    model.requires_grad_(False)
    layers = {}
    for name, module in list(model.named_modules()):
        parent, _, leaf = name.rpartition(".")
        if leaf in TARGETS and _layer(name) >= first:
            layers[name] = LoraLinear(module, rank, alpha)
            setattr(model.get_submodule(parent), leaf, layers[name])
    if not layers:
        raise ValueError("no layer of this architecture can be tuned")
    _join(layers)
    return layers


def _join(layers: dict[str, LoraLinear]) -> None:
    """Compute together what reads the same input."""
    for name in layers:
        parent, _, leaf = name.rpartition(".")
        for same in SAME_INPUT:
            if leaf == same[0]:
                Together([layers[f"{parent}.{each}"] for each in same])


def _layer(name: str) -> int:
    """The number in a module's name, as in `model.layers.7.mlp.up_proj`."""
    return int(_LAYER.search(name)[1])


def parameters(layers: dict[str, LoraLinear]) -> list[nn.Parameter]:
    """The trained tensors in a fixed order."""
    return [tensor for layer in layers.values() for tensor in (layer.lora_A, layer.lora_B)]


def tensors(layers: dict[str, LoraLinear]) -> dict[str, torch.Tensor]:
    """The trained tensors under PEFT's names."""
    return {
        f"{_PREFIX}{name}.{part}.weight": getattr(layer, part).data
        for name, layer in layers.items()
        for part in ("lora_A", "lora_B")
    }


def save(layers: dict[str, LoraLinear], base_name: str, folder: Path) -> None:
    """Write `adapter_model.safetensors` and `adapter_config.json`, which PEFT can load."""
    layer = next(iter(layers.values()))
    rank = layer.lora_A.shape[0]
    config = {
        "peft_type": "LORA",
        "task_type": "CAUSAL_LM",
        "base_model_name_or_path": base_name,
        "r": rank,
        "lora_alpha": layer.scale * rank,
        "lora_dropout": 0.0,
        "bias": "none",
        "target_modules": sorted({name.rpartition(".")[2] for name in layers}),
        "inference_mode": True,
    }
    (folder / "adapter_config.json").write_text(json.dumps(config, indent=1))
    save_file({name: tensor.contiguous() for name, tensor in tensors(layers).items()}, folder / "adapter_model.safetensors")


def load(folder: Path) -> tuple[dict[str, torch.Tensor], int, float, int]:
    """What `save` wrote: tensors, rank, alpha and the first layer that has a pair."""
    values = load_file(folder / "adapter_model.safetensors")
    config = json.loads((folder / "adapter_config.json").read_text())
    return values, config["r"], config["lora_alpha"], min(map(_layer, values))


def assign(layers: dict[str, LoraLinear], values: dict[str, torch.Tensor]) -> None:
    """Copy `values`, named as in `tensors`, into the layers."""
    for name, tensor in tensors(layers).items():
        tensor.copy_(values[name])
