"""How a batch is laid out for one pass: as a single row of tokens, with what all sequences begin with only once.

The persona stands at the beginning of every dialogue, so this saves a good part of the work."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from .dataset import Sequence

_ROUND = 16  # lengths are multiples of it: fewer shapes, for each of which there is compiled code and memory of its own


@dataclass(frozen=True)
class Layout:
    """`prefix` shared tokens, then `rows` times `longest` tokens, padded on the right."""

    prefix: int
    rows: int
    longest: int

    @classmethod
    def of(cls, sequences: list[Sequence]) -> "Layout":
        prefix = shared_prefix(sequences) // _ROUND * _ROUND
        longest = max(len(sequence.ids) for sequence in sequences) - prefix
        return cls(prefix, len(sequences), -(-longest // _ROUND) * _ROUND)

    def join(self, parts: list[torch.Tensor]) -> torch.Tensor:
        """The row made of one tensor (tokens, …) for each sequence."""
        rest = parts[0].new_zeros(self.rows, self.longest, *parts[0].shape[1:])
        for row, part in enumerate(parts):
            rest[row, : len(part) - self.prefix] = part[self.prefix :]
        return torch.cat([parts[0][: self.prefix], rest.flatten(0, 1)])

    def rest(self, row: torch.Tensor) -> torch.Tensor:
        """The padded part of a row, (rows, longest, …)."""
        return row[self.prefix :].unflatten(0, (self.rows, self.longest))

    def run(self, layers: torch.nn.Module, **inputs: torch.Tensor) -> torch.Tensor:
        """One pass of a row (`input_ids` or `inputs_embeds`) through a decoder; (tokens, width)."""
        rest = torch.arange(self.prefix, self.prefix + self.longest).repeat(self.rows)
        return layers(
            **{name: value.unsqueeze(0) for name, value in inputs.items()},
            position_ids=torch.cat([torch.arange(self.prefix), rest]).unsqueeze(0),
            use_cache=False,
            prefix=self.prefix,
            rows=self.rows,
        ).last_hidden_state[0]


def shared_prefix(sequences: list[Sequence]) -> int:
    """How many tokens all sequences begin with, short of the token from which the first trained one is predicted."""
    limit = max(0, min(sequence.trained.index(True) for sequence in sequences) - 1)
    for position, tokens in enumerate(zip(*(sequence.ids[:limit] for sequence in sequences))):
        if len(set(tokens)) > 1:
            return position
    return limit
