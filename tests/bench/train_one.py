"""Trains the default base once, in one of three ways, and prints what that took as a line of JSON.

`python -m tests.bench.train_one ours|peft|trl JOB`, JOB being a JSON file (see `train.py`). All three train the same LoRA
modules on the same examples with the same batch, epochs and learning rates; what else they do is their own default.
"""

from __future__ import annotations

import json
import math
import resource
import sys
import time
from pathlib import Path

WIDE = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]


class Clock:
    """Time on the wall and of the processors while the block runs."""

    def __enter__(self) -> "Clock":
        self._begun = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *error: object) -> None:
        self.wall, self.processor = time.perf_counter() - self._begun[0], time.process_time() - self._begun[1]


def ours(job: dict) -> dict:
    """The engine's own training."""
    from chatbot.engine.trainer.__main__ import keep_few_kernels

    keep_few_kernels()
    from chatbot.engine.trainer.hyperparameters import LEARNING_RATE, Hyperparameters
    from chatbot.engine.trainer.loop import Training
    from chatbot.engine.trainer.model import Tunable
    from chatbot.engine.trainer.objectives import Answers

    model = Tunable(Path(job["folder"]), job["rank"], job["alpha"], job["first"], job["seed"])
    train, valid = (_sequences(job[part]) for part in ("train", "valid"))
    numbers = Hyperparameters(job["epochs"], job["batch"], job["rate"] / LEARNING_RATE)
    training = Training(model, Answers(model, train), None, numbers, job["seed"], lambda: None)
    with Clock() as clock:
        for _ in training.steps():
            pass
    objective = Answers(model, valid)
    score = objective.judge([0])
    for index in range(1, len(valid)):
        score.add(objective.judge([index]))
    return _told(clock, score.mean)


def _sequences(examples: list[dict]) -> list:
    from chatbot.engine.trainer.dataset import Sequence

    return [Sequence(example["ids"], [bool(counts) for counts in example["trained"]]) for example in examples]


def peft(job: dict) -> dict:
    """A plain loop: padded batches, bfloat16 autocast, transformers' own loss."""
    import torch

    from chatbot.engine.trainer.batches import epoch_batches
    from chatbot.engine.trainer.hyperparameters import learning_rate

    model = _with_lora(job)
    weights = [tensor for tensor in model.parameters() if tensor.requires_grad]
    optimizer = torch.optim.AdamW(weights, weight_decay=0.0, betas=(0.9, 0.99))
    lengths = [len(example["ids"]) for example in job["train"]]
    total, step = job["epochs"] * math.ceil(len(lengths) / job["batch"]), 0
    with Clock() as clock:
        for epoch in range(job["epochs"]):
            for batch in epoch_batches(lengths, job["batch"], job["seed"], epoch):
                step += 1
                with torch.autocast("cpu", torch.bfloat16):
                    loss = model(**_padded([job["train"][index] for index in batch])).loss
                loss.backward()
                torch.nn.utils.clip_grad_norm_(weights, 1.0)
                for group in optimizer.param_groups:
                    group["lr"] = learning_rate(step, total, job["rate"])
                optimizer.step()
                optimizer.zero_grad()
    return _told(clock, _held_out(model, job["valid"]))


def _with_lora(job: dict):
    import torch
    from peft import get_peft_model
    from transformers import AutoModelForCausalLM

    torch.manual_seed(job["seed"])
    return get_peft_model(AutoModelForCausalLM.from_pretrained(job["folder"], dtype=torch.bfloat16), _lora(job))


def _lora(job: dict):
    from peft import LoraConfig

    layers = list(range(job["first"], job["layers"]))
    return LoraConfig(
        r=job["rank"], lora_alpha=job["alpha"], target_modules=WIDE, layers_to_transform=layers, task_type="CAUSAL_LM"
    )


def _padded(examples: list[dict]) -> dict:
    import torch

    longest = max(len(example["ids"]) for example in examples)
    fill = lambda values, blank: values + [blank] * (longest - len(values))  # noqa: E731
    labels = [[i if counts else -100 for i, counts in zip(one["ids"], one["trained"])] for one in examples]
    return {
        "input_ids": torch.tensor([fill(one["ids"], 0) for one in examples]),
        "attention_mask": torch.tensor([fill([1] * len(one["ids"]), 0) for one in examples]),
        "labels": torch.tensor([fill(label, -100) for label in labels]),
    }


def _held_out(model, examples: list[dict]) -> float:
    """Loss per trained token."""
    import torch

    model.eval()
    loss, tokens = 0.0, 0
    for example in examples:
        count = sum(example["trained"][1:])
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
            loss += model(**_padded([example])).loss.item() * count
        tokens += count
    return loss / tokens


def trl(job: dict) -> dict:
    """TRL's trainer with its defaults, but for what all three have in common."""
    from datasets import Dataset
    from transformers import AutoTokenizer
    from trl import SFTConfig, SFTTrainer

    from chatbot.engine.trainer.hyperparameters import WARM_UP

    rows = [{"input_ids": one["ids"], "completion_mask": one["trained"]} for one in job["train"]]
    settings = SFTConfig(
        output_dir=job["scratch"], num_train_epochs=job["epochs"], per_device_train_batch_size=job["batch"], completion_only_loss=True,
        learning_rate=job["rate"], warmup_steps=WARM_UP, seed=job["seed"], use_cpu=True, report_to=[], save_strategy="no",
    )  # fmt: skip
    tokenizer = AutoTokenizer.from_pretrained(job["folder"])
    trainer = SFTTrainer(job["folder"], args=settings, train_dataset=Dataset.from_list(rows), processing_class=tokenizer, peft_config=_lora(job))
    with Clock() as clock:
        trainer.train()
    return _told(clock, _held_out(trainer.model, job["valid"]))


def _told(clock: Clock, loss: float) -> dict:
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {"wall": clock.wall, "processor": clock.processor, "loss": loss, "memory": memory}


if __name__ == "__main__":
    way = {"ours": ours, "peft": peft, "trl": trl}[sys.argv[1]]
    print(json.dumps(way(json.loads(Path(sys.argv[2]).read_text()))))
