"""The base with its LoRA pairs, and one pass through it."""

from __future__ import annotations

from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer
from transformers.utils import logging

from . import attention, lora
from .dataset import Sequence
from .frozen import Lower, halves
from .loss import Score, score
from .packing import Layout


class Tunable:
    """A causal language model whose upper layers have LoRA pairs that can be trained."""

    def __init__(self, folder: Path, rank: int, alpha: float, first: int | None, seed: int):
        """Load the dequantised base in `folder`. Layers below `first` (None: half of all) stay as they are."""
        logging.disable_progress_bar()
        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        whole = AutoModelForCausalLM.from_pretrained(
            folder, dtype=torch.bfloat16, attn_implementation=attention.NAME, local_files_only=True
        )
        body = whole.get_decoder()
        first = len(body.layers) // 2 if first is None else first
        self.layers = lora.insert(whole, rank, alpha, first, seed)
        lower, self._upper = halves(body, first)
        self._lower, self._head = Lower(lower), whole.get_output_embeddings().weight

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
        layout = Layout.of(sequences)
        row = layout.run(self._upper, inputs_embeds=layout.join(self._lower.states(sequences)))
        ids = layout.rest(layout.join([torch.tensor(sequence.ids) for sequence in sequences]))[:, 1:]
        trained = layout.rest(layout.join([torch.tensor(sequence.trained) for sequence in sequences]))[:, 1:]
        return layout.rest(row)[:, :-1][trained], ids[trained]
