"""The matrices of an encoder as oneDNN wants them, laid out once and not for every text: a question is a few tokens, so
reading the weights is nearly all the work (customer-mpnet: 18 ms a question before, 12 so)."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention
from transformers.models.mpnet.modeling_mpnet import MPNetSelfAttention


@torch.inference_mode()
def pack(model: nn.Module) -> None:
    """Put packed matrices in place of a model's, where it computes in bf16."""
    if model.dtype is not torch.bfloat16:
        return
    for module in list(model.modules()):
        for name, child in module.named_children():
            if isinstance(child, MPNetSelfAttention):
                setattr(module, name, PackedAttention(child))
            elif isinstance(child, nn.Linear):
                setattr(module, name, PackedLinear(child))


class PackedLinear(nn.Module):
    """Linear layers that read the same input, as one; what they give stands side by side."""

    def __init__(self, *layers: nn.Linear):
        super().__init__()
        self.weight = torch.ops.mkldnn._reorder_linear_weight(torch.cat([layer.weight for layer in layers]), None)
        self.bias = torch.cat([layer.bias for layer in layers])

    def forward(self, inputs: Tensor) -> Tensor:
        return torch.ops.mkldnn._linear_pointwise(inputs, self.weight, self.bias, "none", [], "")


class PackedAttention(nn.Module):
    """MPNet's attention, which transformers has neither packed nor fused; (rows, tokens, width) in and out."""

    def __init__(self, attention: MPNetSelfAttention):
        super().__init__()
        self.heads = attention.num_attention_heads
        self.qkv = PackedLinear(attention.q, attention.k, attention.v)
        self.out = PackedLinear(attention.o)

    def forward(self, inputs: Tensor, attention_mask: Tensor | None, position_bias: Tensor, **_: Any) -> tuple[Tensor]:
        rows, tokens, width = inputs.shape
        query, key, value = self.qkv(inputs).view(rows, tokens, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        bias = position_bias if attention_mask is None else position_bias + attention_mask
        mixed = scaled_dot_product_attention(query, key, value, attn_mask=bias)
        return (self.out(mixed.transpose(1, 2).reshape(rows, tokens, width)),)
