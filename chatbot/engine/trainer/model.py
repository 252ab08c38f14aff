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
        longest = max(len(sequence.ids) for sequence in sequences)
        ids = torch.zeros(len(sequences), longest, dtype=torch.long)
        trained = torch.zeros(len(sequences), longest, dtype=torch.bool)
        for row, sequence in enumerate(sequences):
            ids[row, : len(sequence.ids)] = torch.tensor(sequence.ids)
            trained[row, : len(sequence.ids)] = torch.tensor(sequence.trained)
        states = self._body(input_ids=ids, use_cache=False).last_hidden_state
        return states[:, :-1][trained[:, 1:]], ids[:, 1:][trained[:, 1:]]
