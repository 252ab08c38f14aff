"""Small random base models of other architectures as GGUF files, with the tokenizer of the default base."""

from __future__ import annotations

from pathlib import Path

import gguf
import torch
from transformers import Gemma3ForCausalLM, Gemma3TextConfig, LlamaConfig, LlamaForCausalLM, Qwen2Config, Qwen2ForCausalLM

SHAPE = {
    "vocab_size": 49152, "hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 4, "num_attention_heads": 4,
    "num_key_value_heads": 2, "max_position_embeddings": 2048, "tie_word_embeddings": True,
    "bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 2, "initializer_range": 0.2, "rms_norm_eps": 1e-5,
}  # fmt: skip
KINDS = {
    "llama": (LlamaForCausalLM, LlamaConfig, {}),
    "qwen2": (Qwen2ForCausalLM, Qwen2Config, {}),
    "gemma3": (Gemma3ForCausalLM, Gemma3TextConfig, {"sliding_window": 512}),
}


def make(architecture: str, tokenizer_of: Path, target: Path) -> None:
    """Write a random model; its weights depend on the architecture alone."""
    torch.manual_seed(5)
    kind, configuration, more = KINDS[architecture]
    width = {"llama": 32, "qwen2": 16, "gemma3": 256}[architecture]  # of a head; gemma3's never differs
    model = kind(configuration(**SHAPE, **more, head_dim=width))
    writer = gguf.GGUFWriter(target, architecture)
    writer.add_block_count(4)
    writer.add_context_length(2048)
    writer.add_embedding_length(64)
    writer.add_feed_forward_length(128)
    writer.add_head_count(4)
    writer.add_head_count_kv(2)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(49152)
    writer.add_key_length(width)
    writer.add_value_length(width)
    writer.add_rope_dimension_count(width)
    writer.add_rope_freq_base(1_000_000.0 if architecture == "gemma3" else 10_000.0)
    if architecture == "gemma3":
        writer.add_sliding_window(512)
    _copy_tokenizer(tokenizer_of, writer)
    names = gguf.get_tensor_name_map(next(k for k, v in gguf.MODEL_ARCH_NAMES.items() if v == architecture), 4)
    for name, tensor in model.state_dict().items():
        if name != "lm_head.weight":
            writer.add_tensor(names.get_name(name, (".weight", ".bias")), _stored(architecture, name, tensor).numpy())
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _stored(architecture: str, name: str, tensor: torch.Tensor) -> torch.Tensor:
    """A tensor as llama.cpp's own converter would write it."""
    tensor = tensor.float()
    if architecture == "gemma3" and name.endswith("norm.weight"):
        return tensor + 1
    for part, heads in (("q_proj", 4), ("k_proj", 2)):
        if architecture == "llama" and part in name:
            return tensor.reshape(heads, 2, -1, tensor.shape[1]).swapaxes(1, 2).reshape(tensor.shape).contiguous()
    return tensor


def _copy_tokenizer(source: Path, writer: gguf.GGUFWriter) -> None:
    for field in gguf.GGUFReader(source).fields.values():
        if field.name.startswith("tokenizer."):
            subtype = field.types[-1] if field.types[0] == gguf.GGUFValueType.ARRAY else None
            writer.add_key_value(field.name, field.contents(), field.types[0], subtype)
