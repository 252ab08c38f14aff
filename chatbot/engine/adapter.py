"""From a LoRA adapter as PEFT stores it to the GGUF adapter that llama.cpp serves."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np

# llama.cpp keeps the query and key rows of these architectures in another order than transformers does
_PERMUTED = {"llama"}
_NAME = re.compile(r"base_model\.model\.(.+)\.lora_([AB])\.weight")


def convert(folder: Path, model_config: Path, architecture: str, target: Path) -> None:
    """Write the adapter in `folder` (adapter_model.safetensors, adapter_config.json) as the GGUF file `target`.

    `model_config` is the config.json of the base in transformers' form, `architecture` GGUF's name of it.
    Raises ValueError for a tensor that this architecture does not have."""
    import gguf
    from safetensors.numpy import load_file

    shape = json.loads(model_config.read_text())
    names = gguf.get_tensor_name_map(_architecture(gguf, architecture), shape["num_hidden_layers"])
    writer = gguf.GGUFWriter(target, architecture)
    writer.add_type(gguf.GGUFType.ADAPTER)
    writer.add_string(gguf.Keys.Adapter.TYPE, "lora")
    alpha = json.loads((folder / "adapter_config.json").read_text())["lora_alpha"]
    writer.add_float32(gguf.Keys.Adapter.LORA_ALPHA, float(alpha))
    for key, tensor in sorted(load_file(folder / "adapter_model.safetensors").items()):
        module, part = _NAME.fullmatch(key).groups()
        name = names.get_name(module)
        if name is None:
            raise ValueError(f"{architecture} models have no tensor {module}")
        if part == "B" and architecture in _PERMUTED:
            tensor = _permuted(tensor, _heads(name, shape))
        writer.add_tensor(f"{name}.weight.lora_{part.lower()}", np.ascontiguousarray(tensor, np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _architecture(gguf, name: str):
    found = [number for number, text in gguf.MODEL_ARCH_NAMES.items() if text == name]
    if not found:
        raise ValueError(f"{name} models cannot be tuned")
    return found[0]


def _heads(name: str, shape: dict) -> int:
    """Number of heads in a query or key matrix, 0 for any other."""
    counts = {"attn_q": "num_attention_heads", "attn_k": "num_key_value_heads"}
    return shape.get(counts.get(name.rpartition(".")[2], ""), 0)


def _permuted(rows: np.ndarray, heads: int) -> np.ndarray:
    """Rotary halves of each head interleaved: (head, half, i) becomes (head, i, half)."""
    if not heads:
        return rows
    return rows.reshape(heads, 2, -1, rows.shape[1]).swapaxes(1, 2).reshape(rows.shape)
