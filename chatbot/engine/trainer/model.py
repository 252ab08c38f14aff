"""The frozen base with its LoRA pairs, and one pass through it."""

from __future__ import annotations

from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer
from transformers.utils import logging

from . import attention, lora
from .dataset import Sequence
from .loss import Score, score


class Tunable:
    """A causal language model whose LoRA pairs can be trained."""

    def __init__(self, folder: Path, rank: int, alpha: float, seed: int):
        """Load the dequantised base in `folder`."""
        logging.disable_progress_bar()
        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        whole = AutoModelForCausalLM.from_pretrained(
            folder, dtype=torch.bfloat16, attn_implementation=attention.NAME, local_files_only=True
        )
        self.layers = lora.insert(whole, rank, alpha, seed)
        self._body, self._head = whole.get_decoder(), whole.get_output_embeddings().weight

    def learn(self, sequences: list[Sequence], share: float) -> Score:
        """Add `share` times the gradient of the summed loss of a batch to the LoRA pairs."""
        hidden, targets = self._pass(sequences)
        result, gradient = score(hidden.detach(), self._head, targets)
        hidden.backward(gradient * share)
        return result

    @torch.no_grad()
    def judge(self, sequences: list[Sequence]) -> Score:
        """Loss of a batch without learning from it."""
        hidden, targets = self._pass(sequences)
        return score(hidden, self._head, targets)[0]

    def _pass(self, sequences: list[Sequence]) -> tuple[torch.Tensor, torch.Tensor]:
        """Hidden states (n, width) before, and ids (n) of, every trained token."""
        prefix = shared_prefix(sequences)
        longest = max(len(sequence.ids) for sequence in sequences) - prefix
        ids = torch.zeros(len(sequences), longest, dtype=torch.long)
        trained = torch.zeros(len(sequences), longest, dtype=torch.bool)
        for row, sequence in enumerate(sequences):
            length = len(sequence.ids) - prefix
            ids[row, :length] = torch.tensor(sequence.ids[prefix:])
            trained[row, :length] = torch.tensor(sequence.trained[prefix:])
        states = self._body(
            input_ids=torch.cat([torch.tensor(sequences[0].ids[:prefix], dtype=torch.long), ids.flatten()]).unsqueeze(0),
            position_ids=torch.cat([torch.arange(prefix), torch.arange(prefix, prefix + longest).repeat(len(sequences))]).unsqueeze(0),
            use_cache=False,
            prefix=prefix,
            rows=len(sequences),
        ).last_hidden_state[0, prefix:]
        before = states.view(len(sequences), longest, -1)[:, :-1]
        return before[trained[:, 1:]], ids[:, 1:][trained[:, 1:]]


def shared_prefix(sequences: list[Sequence]) -> int:
    """How many tokens all sequences begin with, short of the token from which the first trained one is predicted."""
    limit = max(0, min(sequence.trained.index(True) for sequence in sequences) - 1)
    for position, tokens in enumerate(zip(*(sequence.ids[:limit] for sequence in sequences))):
        if len(set(tokens)) > 1:
            return position
    return limit
