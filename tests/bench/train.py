"""The engine's training beside a plain PEFT loop and TRL's trainer: `python -m tests.bench.train TRL_PYTHON`.

The same examples, LoRA modules, batch and learning rates, each in a process of its own, one after the other; TRL_PYTHON
is a Python that has TRL. Useful tokens are those of the examples, without padding. On a machine that does other things
meanwhile, compare the processor seconds.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

from chatbot.engine.bases import DEFAULT, Base, find_bases, training_folder
from chatbot.engine.config import EngineConfig
from chatbot.engine.trainer.dataset import Encoder
from chatbot.engine.trainer.hyperparameters import ALPHA, RANK
from tests.engine_process import ROOT

SAMPLE = ROOT / "chatbot" / "samples" / "dsa.csv"
TARGETS = "wanted: 2 x PEFT, 5 x TRL, losses within 2 %"


def examples(base: Base, folder: Path, count: int) -> list[dict]:
    """Questions and answers of the sample as token ids, in an order that the seed fixes."""
    from transformers import AutoTokenizer

    with SAMPLE.open(encoding="utf-8") as file:
        texts = [row["Text"] for row in csv.DictReader(file)][1:]
    turns = [[{"role": "user", "content": q}, {"role": "assistant", "content": a}] for q, a in zip(texts[::2], texts[1::2])]
    encoder = Encoder(base, AutoTokenizer.from_pretrained(folder), 4096)
    chosen = random.Random(1).sample(turns, count)
    return [asdict(sequence) for messages in chosen for sequence in encoder.encode({"messages": messages})]


def work_per_token(folder: Path) -> float:
    """Operations that a token costs a training of all layers at least: forwards, and backwards through frozen weights."""
    shape = json.loads((folder / "config.json").read_text())
    width, wide, heads = shape["hidden_size"], shape["intermediate_size"], shape["num_attention_heads"]
    keys = width * shape["num_key_value_heads"] / heads
    layer = 2 * width * width + 2 * width * keys + 3 * width * wide
    return 4 * (shape["num_hidden_layers"] * layer + shape["vocab_size"] * width)


def peak() -> float:
    """Operations a second of one large bfloat16 product, the best of some."""
    import torch

    a, b, best = torch.ones(2048, 2048, dtype=torch.bfloat16), torch.ones(2048, 2048, dtype=torch.bfloat16), 0.0
    for _ in range(20):
        begun = time.perf_counter()
        a @ b
        best = max(best, 2 * 2048**3 / (time.perf_counter() - begun))
    return best


def run(python: str, way: str, job: Path) -> dict:
    """What `train_one` tells."""
    told = subprocess.run([python, "-m", "tests.bench.train_one", way, str(job)], cwd=ROOT, capture_output=True, text=True)
    if told.returncode:
        raise SystemExit(f"{way} failed:\n{told.stderr}")
    return json.loads(told.stdout.splitlines()[-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("trl", help="a Python that has TRL")
    parser.add_argument("--examples", type=int, default=64)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--first", type=int, help="layers below are left as they are; by default half of all")
    arguments = parser.parse_args()
    cache = Path(os.environ.get("HOMEGROWN_CACHE") or ROOT / "instance" / "cache")
    with tempfile.TemporaryDirectory() as scratch:
        config = EngineConfig(home=Path(scratch), cache=cache, models=Path(scratch))
        base = find_bases(config)[DEFAULT]
        folder = training_folder(config, base)
        layers = json.loads((folder / "config.json").read_text())["num_hidden_layers"]
        found = examples(base, folder, arguments.examples)
        train, valid = found[len(found) // 4 :], found[: len(found) // 4]
        job = {
            "folder": str(folder), "scratch": scratch, "layers": layers, "rank": RANK, "alpha": ALPHA, "seed": 1, "batch": 4,
            "first": layers // 2 if arguments.first is None else arguments.first, "epochs": arguments.epochs, "train": train, "valid": valid,
        }  # fmt: skip
        (Path(scratch) / "job.json").write_text(json.dumps(job))
        tokens, most = arguments.epochs * sum(len(one["ids"]) for one in train), peak()
        print(f"{len(train)} examples, {arguments.epochs} epochs, {tokens} useful tokens; matmul peak {most / 1e12:.2f} TFLOP/s", flush=True)
        for way, python in (("ours", sys.executable), ("peft", sys.executable), ("trl", arguments.trl)):
            told = run(python, way, Path(scratch) / "job.json")
            pace = tokens / told["wall"]
            print(
                f"{way:5} {pace:7.1f} tok/s, {tokens / told['processor']:7.1f} a processor second; held-out loss {told['loss']:.4f}; "
                f"{told['memory'] / 2**20:5.0f} MB; {pace * work_per_token(folder) / most:.1%} of the peak", flush=True,
            )  # fmt: skip
    print(TARGETS)


if __name__ == "__main__":
    main()
