"""Causal attention as plain matrix products: on a CPU, PyTorch's fused kernel takes four times as long to train."""

from __future__ import annotations

import torch
from torch.nn import functional
from transformers import AttentionInterface

NAME = "homegrown"
_LONG = 768  # tokens from which the square of scores costs too much memory


def attend(module, query, key, value, attention_mask, scaling, sliding_window=None, softcap=None, **_):
    """transformers' attention interface: query (batch, heads, tokens, width), key and value with fewer heads.

    Sequences are padded on the right and causal, so padding needs no mask. Returns (batch, tokens, heads, width)."""
    if softcap:
        raise ValueError("attention with capped scores cannot be trained")
    batch, heads, tokens, width = query.shape
    groups = heads // key.shape[1]
    bias = _bias(tokens, sliding_window, query.dtype)
    if tokens >= _LONG:
        mixed = functional.scaled_dot_product_attention(query, key, value, bias, scale=scaling, enable_gqa=True)
        return mixed.transpose(1, 2), None
    stacked = query.reshape(-1, groups * tokens, width)  # the heads that share a key, below each other
    keys, values = key.reshape(-1, tokens, width), value.reshape(-1, tokens, width)
    scores = torch.baddbmm(bias.repeat(groups, 1), stacked, keys.transpose(1, 2), alpha=scaling)
    mixed = scores.softmax(-1) @ values
    return mixed.view(batch, heads, tokens, width).transpose(1, 2), None


def _bias(tokens: int, window: int | None, dtype: torch.dtype) -> torch.Tensor:
    """(tokens, tokens): 0 where a token may look, minus infinity elsewhere."""
    bias = torch.full((tokens, tokens), float("-inf"), dtype=dtype)
    seen = bias.triu(1)
    return seen + bias.tril(-window) if window and window < tokens else seen


AttentionInterface.register(NAME, attend)
