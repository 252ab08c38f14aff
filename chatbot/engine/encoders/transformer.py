"""An encoder that transformers knows (BERT, MPNet, RoBERTa), in a folder as sentence-transformers lays it out:
config.json, model.safetensors, tokenizer.json, perhaps 1_Pooling/config.json (https://www.sbert.net).
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor
from transformers import AutoModel
from transformers.utils import logging

from .lora import merge

TOKENS_AT_ONCE = 1024  # with the padding
LENGTHS = 8  # texts are padded to a multiple of so many tokens, as oneDNN compiles code for every new length


class Transformer:
    """In bf16 where the processor multiplies it by itself: a third of the time, cosine 0.99995."""

    def __init__(self, folder: Path, adapter: Path | None = None):
        logging.set_verbosity_error()
        logging.disable_progress_bar()
        dtype = torch.bfloat16 if torch.cpu._is_avx512_bf16_supported() else torch.float32
        self.model = AutoModel.from_pretrained(folder, dtype=dtype, local_files_only=True, add_pooling_layer=False).eval()
        if adapter:
            merge(self.model, adapter)
        pooling = folder / "1_Pooling" / "config.json"
        self.by_first = pooling.exists() and json.loads(pooling.read_text()).get("pooling_mode_cls_token", False)
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.no_truncation()
        self.tokenizer.no_padding()

    def tokens(self, item: str | list[int]) -> list[int]:
        return self.tokenizer.encode(item).ids if isinstance(item, str) else item

    @torch.inference_mode()
    def vectors(self, ids: list[list[int]]) -> NDArray[numpy.float32]:
        """Like lengths are computed together."""
        order = sorted(range(len(ids)), key=lambda place: len(ids[place]))
        found = numpy.concatenate([self.pooled([ids[place] for place in part]).numpy() for part in alike(order, ids)])
        return found[numpy.argsort(order)]

    def pooled(self, ids: list[list[int]]) -> Tensor:
        """The mean of the last hidden states of each row, or the first one, scaled to length 1."""
        longest = max(map(len, ids))
        width = max(longest, min(-(-longest // LENGTHS) * LENGTHS, self.model.config.max_position_embeddings - 2))
        padding = self.model.config.pad_token_id or 0  # some count the places of a text by it
        padded = torch.tensor([row + [padding] * (width - len(row)) for row in ids])
        real = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in ids])
        states = self.model(input_ids=padded, attention_mask=real).last_hidden_state.float()
        one = states[:, 0] if self.by_first else (states * real[:, :, None]).sum(1)
        return torch.nn.functional.normalize(one)


def alike(order: list[int], ids: list[list[int]], most: int = TOKENS_AT_ONCE) -> list[list[int]]:
    """Places in the order of their lengths, as many together as fit into one pass."""
    parts: list[list[int]] = [[]]
    for place in order:
        if parts[-1] and (len(parts[-1]) + 1) * len(ids[place]) > most:
            parts.append([])
        parts[-1].append(place)
    return parts
