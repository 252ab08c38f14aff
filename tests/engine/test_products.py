"""The products of LoRA written by hand give what PyTorch's own gradient gives, for layers together and alone."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn import functional

from chatbot.engine.trainer import lora

SHAPES = {"q_proj": (24, True), "k_proj": (8, True), "v_proj": (8, False), "o_proj": (16, False)}


class Layer(nn.Module):
    """Matrices as an attention layer has them; with `plain` they are computed one by one."""

    def __init__(self):
        super().__init__()
        for name, (width, bias) in SHAPES.items():
            setattr(self, name, nn.Linear(16, width, bias=bias))

    def forward(self, x, plain: bool = False):
        q, k, v, o = (self._plain(getattr(self, name), x) if plain else getattr(self, name)(x) for name in SHAPES)
        return q.sin().sum(-1) + k.cos().sum(-1) * v.exp().sum(-1) + o.square().sum(-1)

    @staticmethod
    def _plain(layer, x):
        return layer.frozen(x) + layer.scale * functional.linear(functional.linear(x, layer.lora_A), layer.lora_B)


@pytest.fixture
def model():
    torch.manual_seed(3)
    whole = nn.Module()
    whole.layers = nn.ModuleList([Layer()])
    layers = lora.insert(nn.ModuleDict({"model": whole}), rank=4, alpha=8.0, first=0, seed=1)
    for layer in layers.values():
        nn.init.normal_(layer.lora_B)
    return whole.layers[0], lora.parameters(layers)


@pytest.mark.parametrize("input_is_trained", [True, False])
def test_values_and_gradients_are_those_of_plain_layers(model, input_is_trained):
    layer, parameters = model
    layer.double()
    x = torch.randn(2, 5, 16, dtype=torch.double, requires_grad=input_is_trained)
    wanted = [*parameters, x] if input_is_trained else parameters
    told, expected = layer(x), layer(x, plain=True)
    torch.testing.assert_close(told, expected)
    torch.testing.assert_close(torch.autograd.grad(told.sum(), wanted), torch.autograd.grad(expected.sum(), wanted))


def test_another_input_is_computed_anew_even_after_an_unfinished_pass(model):
    layer, _ = model
    first, second = torch.randn(3, 16), torch.randn(3, 16)
    layer.q_proj(first)
    torch.testing.assert_close(layer(second), layer(second, plain=True))
    torch.testing.assert_close(layer.q_proj(first), layer._plain(layer.q_proj, first))
