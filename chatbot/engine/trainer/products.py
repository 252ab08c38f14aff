"""The matrix products of LoRA, forwards and backwards: as few passes over the large tensors as possible.

PyTorch's own gradient writes every summand to memory before it adds it; here the small products are added where the
large ones already lie. Nothing is computed for the frozen weights."""

from __future__ import annotations

import torch

Frozen = tuple[torch.Tensor, torch.Tensor | None]  # weight (out, in) and bias (out)


def linear(x: torch.Tensor, frozen: list[Frozen], down: torch.Tensor, ups: list[torch.Tensor]) -> tuple[torch.Tensor, ...]:
    """`x W' + b + x D' U'` for each of some frozen matrices that read the same `x` (…, in).

    `down` (matrices * rank, in) holds their D below each other; `ups` are their U (out, rank), already scaled."""
    flat = x.flatten(0, -2)
    outputs = _Linear.apply(flat, down, *ups, *(tensor for pair in frozen for tensor in pair))
    return tuple(output.unflatten(0, x.shape[:-1]) for output in outputs)


class _Linear(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, down, *rest):
        ups, frozen = _parts(rest)
        small = x @ down.t()
        outputs = []
        for (weight, bias), up, part in zip(frozen, ups, small.chunk(len(ups), 1)):
            output = x @ weight.t() if bias is None else torch.addmm(bias, x, weight.t())
            outputs.append(output.addmm_(part, up.t()))
        ctx.save_for_backward(x, small, down, *rest)
        return tuple(outputs)

    @staticmethod
    def backward(ctx, *gradients):
        x, small, down, *rest = ctx.saved_tensors
        ups, frozen = _parts(rest)
        of_small = torch.cat([gradient @ up for gradient, up in zip(gradients, ups)], 1)
        of_ups = [gradient.t() @ part for gradient, part in zip(gradients, small.chunk(len(ups), 1))]
        of_x = _input_gradient(gradients, frozen, of_small, down) if ctx.needs_input_grad[0] else None
        return of_x, of_small.t() @ x, *of_ups, *[None] * (2 * len(frozen))


def _input_gradient(gradients, frozen: list[Frozen], of_small: torch.Tensor, down: torch.Tensor) -> torch.Tensor:
    total = of_small @ down
    for gradient, (weight, _) in zip(gradients, frozen):
        total.addmm_(gradient, weight)
    return total


def _parts(rest) -> tuple[list[torch.Tensor], list[Frozen]]:
    """Of n matrices: n times `up`, then n times weight and bias."""
    count = len(rest) // 3
    return list(rest[:count]), list(zip(rest[count::2], rest[count + 1 :: 2]))
