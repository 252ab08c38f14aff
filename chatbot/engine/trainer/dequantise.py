"""From a GGUF file to the folder that transformers loads: bfloat16 weights and the tokenizer."""

from __future__ import annotations

import os
from pathlib import Path

from ..bases import Base, BaseModelError
from ..config import EngineConfig
from ..llama import Llama

_PROBE = "I'll  pay 1234.50 €\n\n\tnaïve_café() != “ok” 🌱 你好，世界 \u0436\u0301 <|x|>\r\n"


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


def check_tokenizer(config: EngineConfig, base: Base, folder: Path) -> None:
    """Training and serving must read every text alike. Raises BaseModelError."""
    from transformers import AutoTokenizer

    learned = AutoTokenizer.from_pretrained(folder)(_PROBE, add_special_tokens=False).input_ids
    llama = Llama(config, base)
    served = llama.tokenize(_PROBE, special=False)
    llama.close()
    if learned != served:
        raise BaseModelError(f"The model {base.id} can answer but not be trained: its kind of tokenizer is not known.")
