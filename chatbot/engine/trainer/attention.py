"""Causal attention as plain matrix products: on a CPU, PyTorch's fused kernel takes four times as long to train.

A batch is laid out as one row: the tokens that all sequences begin with, once, then the rest of each sequence,
padded to one length. Personas make that beginning long, and so it is computed only once."""

from __future__ import annotations

import torch
from torch.nn import functional
from transformers import AttentionInterface

NAME = "homegrown"
_LONG = 768  # tokens from which the square of scores costs too much memory


def attend(module, query, key, value, attention_mask, scaling, prefix, rows, sliding_window=None, softcap=None, **_):
    """transformers' attention interface for tensors (1, heads, prefix + rows * tokens, width).

    Keys and values may have fewer heads. Padding is on the right, which causality alone keeps from mattering.
    Returns (1, prefix + rows * tokens, heads, width)."""
    if softcap:
        raise ValueError("attention with capped scores cannot be trained")
    (begin_q, rest_q), (begin_k, rest_k), (begin_v, rest_v) = (_parts(x, prefix, rows) for x in (query, key, value))
    keys = torch.cat([begin_k.expand(rows, -1, -1, -1), rest_k], dim=2)
    values = torch.cat([begin_v.expand(rows, -1, -1, -1), rest_v], dim=2)
    rest = _mix(rest_q, keys, values, scaling, sliding_window).transpose(1, 2).flatten(0, 1)
    if not prefix:
        return rest.unsqueeze(0), None
    begin = _mix(begin_q, begin_k, begin_v, scaling, sliding_window).transpose(1, 2)[0]
    return torch.cat([begin, rest]).unsqueeze(0), None


def _parts(x: torch.Tensor, prefix: int, rows: int) -> tuple[torch.Tensor, torch.Tensor]:
    """The shared beginning (1, heads, prefix, width) and the rest (rows, heads, tokens, width)."""
    begin, rest = x[:, :, :prefix], x[0, :, prefix:]
    return begin, rest.unflatten(1, (rows, -1)).transpose(0, 1)


def _mix(query, key, value, scaling: float, window: int | None) -> torch.Tensor:
    """Attention of the last tokens of `key`, which `query` holds, on themselves and all before them."""
    batch, heads, tokens, width = query.shape
    seen, shared = key.shape[2], heads // key.shape[1]
    bias = _bias(tokens, seen, window, query.dtype)
    if seen >= _LONG:
        return functional.scaled_dot_product_attention(query, key, value, bias, scale=scaling, enable_gqa=True)
    stacked = query.reshape(-1, shared * tokens, width)  # the heads that share a key, below each other
    keys, values = key.reshape(-1, seen, width), value.reshape(-1, seen, width)
    scores = torch.baddbmm(bias.repeat(shared, 1), stacked, keys.transpose(1, 2), alpha=scaling)
    return (scores.softmax(-1) @ values).view(batch, heads, tokens, width)


def _bias(tokens: int, seen: int, window: int | None, dtype: torch.dtype) -> torch.Tensor:
    """(tokens, seen): 0 where a token may look, minus infinity elsewhere."""
    bias = torch.full((tokens, seen), float("-inf"), dtype=dtype)
    before = seen - tokens
    future = bias.triu(before + 1)
    return future + bias.tril(before - window) if window and window < seen else future


AttentionInterface.register(NAME, attend)
