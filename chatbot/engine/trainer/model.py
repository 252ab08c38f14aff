"""The base with its LoRA pairs, and one pass through it."""

from __future__ import annotations

from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer
from transformers.utils import logging

from . import attention, lora
from .dataset import Sequence
from .frozen import Lower, halves
from .loss import Loss, Reading, Score, cross_entropy, read
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

    def learn(self, sequences: list[Sequence], share: float, loss: Loss = cross_entropy) -> Score:
        """Add `share` times the gradient of a batch's loss to the LoRA pairs."""
        hidden, targets, lengths = self._pass(sequences)
        reading, gradient = read(hidden.detach(), self._head, targets, lengths)
        result, wishes = loss(reading)
        weights = (wishes * share).repeat_interleave(lengths).unsqueeze(1)
        hidden.backward(gradient * weights.to(gradient.dtype))
        return result

    def judge(self, sequences: list[Sequence], loss: Loss = cross_entropy) -> Score:
        """Loss of a batch without learning from it."""
        return loss(self.read(sequences))[0]

    @torch.no_grad()
    def read(self, sequences: list[Sequence]) -> Reading:
        """How likely each of the sequences is."""
        hidden, targets, lengths = self._pass(sequences)
        return read(hidden, self._head, targets, lengths)[0]

    def _pass(self, sequences: list[Sequence]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Hidden states (n, width) before, and ids (n) of, every trained token, and their number in each sequence."""
        layout = Layout.of(sequences)
        row = layout.run(self._upper, inputs_embeds=layout.join(self._lower.states(sequences)))
        ids = layout.rest(layout.join([torch.tensor(sequence.ids) for sequence in sequences]))[:, 1:]
        trained = layout.rest(layout.join([torch.tensor(sequence.trained) for sequence in sequences]))[:, 1:]
        return layout.rest(row)[:, :-1][trained], ids[trained], trained.sum(1)
