"""From a GGUF file to the folder that transformers loads: bfloat16 weights and the tokenizer."""

from __future__ import annotations

import os
from pathlib import Path


def dequantise(gguf: Path, folder: Path) -> None:
    """Write the model and tokenizer of `gguf` into the new folder `folder`. Takes 15–40 s for a small model."""
    os.environ["TQDM_DISABLE"] = "1"  # read when tqdm is imported
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

    where = {"pretrained_model_name_or_path": str(gguf.parent), "gguf_file": gguf.name}
    config = GgufConfig(dequantize=True)
    model = AutoModelForCausalLM.from_pretrained(**where, quantization_config=config, dtype=torch.bfloat16)
    model.save_pretrained(folder)
    AutoTokenizer.from_pretrained(**where).save_pretrained(folder)
