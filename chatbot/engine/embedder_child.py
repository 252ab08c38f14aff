"""The process that turns texts into vectors: a BERT like MiniLM, in plain numpy (no torch: MiniLM starts in half a
second and takes 150 MB). One line of JSON in ({"inputs"}), one out ({"vectors", "tokens"} or {"long"}), until stdin
closes.
"""

from __future__ import annotations

import base64
import json
import sys
from pathlib import Path

import numpy
from safetensors.numpy import load_file
from tokenizers import Tokenizer

BATCH = 32
Array = numpy.ndarray


class Bert:
    """The model in `folder`, as sentence-transformers lays it out (config.json, model.safetensors, tokenizer.json)."""

    def __init__(self, folder: Path):
        config = json.loads((folder / "config.json").read_text())
        self.layers, self.heads = config["num_hidden_layers"], config["num_attention_heads"]
        self.longest, self.epsilon = config["max_position_embeddings"], config["layer_norm_eps"]
        pooling = folder / "1_Pooling" / "config.json"
        self.by_first = pooling.exists() and json.loads(pooling.read_text()).get("pooling_mode_cls_token", False)
        weights = load_file(folder / "model.safetensors")
        self.weights = {name.removeprefix("bert."): weight.astype("f4", copy=False) for name, weight in weights.items()}
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.no_truncation()
        self.tokenizer.no_padding()

    def tokens(self, item: str | list[int]) -> list[int]:
        return self.tokenizer.encode(item).ids if isinstance(item, str) else item

    def vectors(self, ids: list[list[int]]) -> Array:
        """(n, width) float32 of length 1, in the order of `ids`; like lengths are computed together."""
        order = sorted(range(len(ids)), key=lambda place: len(ids[place]))
        parts = [order[start : start + BATCH] for start in range(0, len(order), BATCH)]
        found = numpy.concatenate([self._pooled([ids[place] for place in part]) for part in parts])
        return found[numpy.argsort(order)]

    def _pooled(self, ids: list[list[int]]) -> Array:
        """The mean of the last hidden states of each row, or the first one, scaled to length 1."""
        width = max(map(len, ids))
        padded = numpy.array([row + [0] * (width - len(row)) for row in ids])
        real = numpy.array([[1.0] * len(row) + [0.0] * (width - len(row)) for row in ids], dtype=numpy.float32)
        states = self._states(padded, (1 - real)[:, None, None, :] * -1e9)
        one = states[:, 0] if self.by_first else (states * real[:, :, None]).sum(1)
        return one / numpy.linalg.norm(one, axis=1, keepdims=True)

    def _states(self, ids: Array, mask: Array) -> Array:
        words = self.weights["embeddings.word_embeddings.weight"][ids]
        places = self.weights["embeddings.position_embeddings.weight"][: ids.shape[1]]
        states = self._norm("embeddings", words + places + self.weights["embeddings.token_type_embeddings.weight"][0])
        for number in range(self.layers):
            layer = f"encoder.layer.{number}"
            mixed = self._linear(f"{layer}.attention.output.dense", self._attend(layer, states, mask))
            states = self._norm(f"{layer}.attention.output", states + mixed)
            inner = _gelu(self._linear(f"{layer}.intermediate.dense", states))
            states = self._norm(f"{layer}.output", states + self._linear(f"{layer}.output.dense", inner))
        return states

    def _attend(self, layer: str, states: Array, mask: Array) -> Array:
        rows, width, size = states.shape

        def heads(name: str) -> Array:
            flat = self._linear(f"{layer}.attention.self.{name}", states)
            return flat.reshape(rows, width, self.heads, size // self.heads).transpose(0, 2, 1, 3)

        scores = heads("query") @ heads("key").transpose(0, 1, 3, 2) / numpy.float32((size // self.heads) ** 0.5) + mask
        chances = numpy.exp(scores - scores.max(-1, keepdims=True))
        mixed = chances / chances.sum(-1, keepdims=True) @ heads("value")
        return mixed.transpose(0, 2, 1, 3).reshape(rows, width, size)

    def _linear(self, name: str, x: Array) -> Array:
        return x @ self.weights[f"{name}.weight"].T + self.weights[f"{name}.bias"]

    def _norm(self, name: str, x: Array) -> Array:
        centred = x - x.mean(-1, keepdims=True)
        scaled = centred / numpy.sqrt((centred**2).mean(-1, keepdims=True) + self.epsilon)
        return scaled * self.weights[f"{name}.LayerNorm.weight"] + self.weights[f"{name}.LayerNorm.bias"]


def _gelu(x: Array) -> Array:
    """x·Φ(x), with the error function to seven digits (Abramowitz and Stegun 7.1.26)."""
    z = numpy.abs(x) * numpy.float32(0.5**0.5)
    t = 1 / (1 + numpy.float32(0.3275911) * z)
    series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    return x * 0.5 * (1 + numpy.sign(x) * (1 - series * numpy.exp(-z * z)))


def answer(bert: Bert, request: dict) -> dict:
    """{"vectors": base64 of float32, "tokens"}; or {"long": [place, tokens]} for the first input that is too long."""
    ids = [bert.tokens(item) for item in request["inputs"]]
    for place, row in enumerate(ids):
        if len(row) > bert.longest:
            return {"long": [place, len(row)]}
    vectors = bert.vectors(ids).astype("<f4").tobytes()
    return {"vectors": base64.b64encode(vectors).decode(), "tokens": sum(map(len, ids))}


def main() -> None:
    """Answer until the parent lets go. The first argument is the model's folder."""
    bert = Bert(Path(sys.argv[1]))
    for line in sys.stdin:
        print(json.dumps(answer(bert, json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
