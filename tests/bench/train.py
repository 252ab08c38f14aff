"""The engine's training beside a plain PEFT loop and TRL's trainer: `python -m tests.bench.train TRL_PYTHON`.

What a click on Train makes of a made-up company: a persona, approved answers in the prompt, questions held out to judge.
The same examples, LoRA modules, batch and learning rates, each in a process of its own, one after the other; TRL_PYTHON
is a Python that has TRL. Useful tokens are those of the examples, without padding. On a machine that does other things
meanwhile, compare the processor seconds. The rate is lower than in real trainings, whose losses come so near to nothing
that chance decides between them: three seeds of this trainer gave 0.013, 0.026 and 0.040.
"""

from __future__ import annotations

import argparse
import json
import os
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
from chatbot.flows.finetune import training_files
from chatbot.flows.persona import current_persona
from chatbot.flows.similar import find, learn
from chatbot.house import House
from chatbot.prompting import training_line
from chatbot.records import Example
from chatbot.settings import Settings
from tests.engine_process import ROOT
from tests.evals.company import facts

TARGETS = "wanted: 2 x PEFT, 5 x TRL, losses within 2 %"


def lines(house: House, n_facts: int) -> tuple[list[dict], list[dict]]:
    """The training file of some facts, and the questions held out with what they find, as lines of the API."""
    known = facts("kestrel")[:n_facts]
    learned = [Example(question, fact.answer) for fact in known for question in fact.training]
    index, persona = learn(house, learned), current_persona(house)
    training = training_files(learned, persona, "chat", index, n_aside=0).training
    asked = [Example(question, fact.answer) for fact in known for question in fact.held_out]
    held_out = [training_line(persona, each, "chat", find(house, index, each.question).neighbours) for each in asked]
    return [json.loads(line) for line in training.splitlines()], held_out


def plain_lines(house: House, n_facts: int) -> tuple[list[dict], list[dict]]:
    """Without approved answers; held out are other facts, of which only the way of writing can be learned."""
    known, persona = facts("kestrel"), current_persona(house)
    parts = ([(question, fact.answer) for fact in part for question in fact.training] for part in (known[:n_facts], known[n_facts:]))
    learned, others = ([training_line(persona, Example(*each), "chat") for each in part] for part in parts)
    return learned, others


def encoded(base: Base, folder: Path, messages: list[dict]) -> list[dict]:
    """As token ids."""
    from transformers import AutoTokenizer

    encoder = Encoder(base, AutoTokenizer.from_pretrained(folder), 4096)
    return [asdict(sequence) for line in messages for sequence in encoder.encode(line)]


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
    parser.add_argument("--facts", type=int, default=24, help="each has three questions to train on and two held out")
    parser.add_argument("--plain", action="store_true", help="no approved answers, other facts held out")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--rate", type=float, default=2e-4, help="the highest learning rate")
    parser.add_argument("--first", type=int, help="layers below are left as they are; by default half of all")
    arguments = parser.parse_args()
    cache = Path(os.environ.get("HOMEGROWN_CACHE") or ROOT / "instance" / "cache")
    with tempfile.TemporaryDirectory() as scratch:
        house = House(Settings(home=Path(scratch), cache=cache))
        config = EngineConfig(home=Path(scratch), cache=cache, models=Path(scratch))
        base = find_bases(config)[DEFAULT]
        folder = training_folder(config, base)
        layers = json.loads((folder / "config.json").read_text())["num_hidden_layers"]
        made = (plain_lines if arguments.plain else lines)(house, arguments.facts)
        train, valid = (encoded(base, folder, part) for part in made)
        job = {
            "folder": str(folder), "scratch": scratch, "layers": layers, "rank": RANK, "alpha": ALPHA, "seed": 1, "batch": 4,
            "first": layers // 2 if arguments.first is None else arguments.first, "epochs": arguments.epochs, "rate": arguments.rate, "train": train, "valid": valid,
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
