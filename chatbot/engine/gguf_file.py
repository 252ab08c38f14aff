"""Reading and rewriting GGUF model files with the `gguf` package, which is imported only when needed."""

from __future__ import annotations

from pathlib import Path

_CONTROL, _USER_DEFINED = 3, 4  # token types of the GGUF format


def facts(path: Path) -> dict:
    """What the engine wants to know about a model file. Raises ValueError, KeyError or IndexError if damaged."""
    from gguf import GGUFReader

    reader = GGUFReader(path)
    read = lambda name: reader.fields[name].contents()
    optional = lambda name, default=None: read(name) if name in reader.fields else default
    architecture = read("general.architecture")
    tokens, types = read("tokenizer.ggml.tokens"), read("tokenizer.ggml.token_type")
    token = lambda name: tokens[read(name)] if name in reader.fields else ""
    heads = _largest(read(f"{architecture}.attention.head_count"))
    kv_heads = _largest(optional(f"{architecture}.attention.head_count_kv", heads))
    width = read(f"{architecture}.embedding_length") // heads
    width = optional(f"{architecture}.attention.key_length", width)
    return {
        "architecture": architecture,
        "context_length": read(f"{architecture}.context_length"),
        "chat_template": optional("tokenizer.chat_template"),
        "bos_token": token("tokenizer.ggml.bos_token_id"),
        "eos_token": token("tokenizer.ggml.eos_token_id"),
        "add_bos": optional("tokenizer.ggml.add_bos_token", read("tokenizer.ggml.model") == "llama"),
        "control_tokens": [text for text, kind in zip(tokens, types) if kind == _CONTROL],
        "vocabulary": len(tokens),
        "kv_bytes": 4 * read(f"{architecture}.block_count") * kv_heads * width,  # keys and values, 2 bytes each
    }


def _largest(value: int | list[int]) -> int:
    return max(value) if isinstance(value, list) else value


def requantise(source: Path, target: Path) -> None:
    """Copy a model file with its weight matrices as Q8_0; everything else stays as it is."""
    from gguf import GGUFReader, GGUFValueType, GGUFWriter

    reader = GGUFReader(source)
    writer = GGUFWriter(target, reader.fields["general.architecture"].contents())
    for field in reader.fields.values():
        if field.name.startswith("GGUF.") or field.name in ("general.architecture", "general.file_type"):
            continue
        subtype = field.types[-1] if field.types[0] == GGUFValueType.ARRAY else None
        writer.add_key_value(field.name, field.contents(), field.types[0], subtype)
    writer.add_file_type(7)  # mostly Q8_0
    tensors = [_as_q8_0(tensor) for tensor in reader.tensors]
    for tensor, (data, kind) in zip(reader.tensors, tensors):
        writer.add_tensor(tensor.name, data, raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _as_q8_0(tensor):
    """A tensor's data and format in the copy."""
    from gguf import GGMLQuantizationType, quants

    target = GGMLQuantizationType.Q8_0
    block = 32
    if len(tensor.shape) < 2 or tensor.shape[0] % block or tensor.tensor_type == target:
        return tensor.data, tensor.tensor_type
    return quants.quantize(quants.dequantize(tensor.data, tensor.tensor_type), target), target
