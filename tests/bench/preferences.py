"""Does training on preference pairs move what a model prefers? `python -m tests.bench.preferences`

Trains the default base on 40 of the pairs of a made-up shop with automatic settings, and asks it before and after about
the 16 pairs it never saw: in how many it finds the preferred answer likelier, and what it says by itself.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path

import openai

from chatbot.engine.bases import DEFAULT, find_bases, training_folder
from chatbot.engine.config import EngineConfig
from chatbot.engine.trainer import lora
from chatbot.engine.trainer.dataset import Encoder, Pair
from chatbot.engine.trainer.model import Tunable
from tests.bench.preference_pairs import rows
from tests.engine_process import KEY, EngineProcess

TRAINED = 40


def train(client: openai.OpenAI) -> openai.types.fine_tuning.FineTuningJob:
    """The job after its end."""
    upload = lambda part: client.files.create(file=("pairs.jsonl", _jsonl(part)), purpose="fine-tune").id  # noqa: E731
    files = {"training_file": upload(rows()[:TRAINED]), "validation_file": upload(rows()[TRAINED:])}
    job = client.fine_tuning.jobs.create(model=DEFAULT, seed=7, method={"type": "dpo"}, **files)
    while (job := client.fine_tuning.jobs.retrieve(job.id)).status not in ("succeeded", "failed"):
        time.sleep(1)
    if job.error:
        raise SystemExit(job.error.message)
    return job


def _jsonl(part: list[dict]) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in part).encode()


def wins(model: Tunable, pairs: list[Pair]) -> int:
    """In how many pairs the preferred answer is the likelier one."""
    likely = [model.read([pair.preferred, pair.other]).log_probability for pair in pairs]
    return sum(preferred.item() > other.item() for preferred, other in likely)


def hands_over(client: openai.OpenAI, model: str) -> tuple[int, int, list[str]]:
    """Of the held-out questions beyond and within its knowledge: to how many it offers a colleague; and all answers."""
    asked = [row["input"]["messages"] for row in rows()[TRAINED:]]
    wish = {"model": model, "max_tokens": 60, "temperature": 0}
    said = [client.chat.completions.create(messages=messages, **wish).choices[0].message.content for messages in asked]
    return sum("colleague" in text for text in said[1::2]), sum("colleague" in text for text in said[0::2]), said


def main() -> None:
    argparse.ArgumentParser(description=__doc__).parse_args()
    with tempfile.TemporaryDirectory() as folder, EngineProcess(Path(folder)) as engine:
        client = openai.OpenAI(api_key=KEY, base_url=engine.url)
        job = train(client)
        events = [event.data for event in client.fine_tuning.jobs.list_events(job.id, limit=100).data if event.type == "metrics"]
        home = Path(folder) / "engine"
        config = EngineConfig(home=home, cache=Path(folder) / "cache", models=Path(folder) / "models")
        base = find_bases(config)[DEFAULT]
        values, rank, alpha, first = lora.load(home / "models" / job.id)
        model = Tunable(training_folder(config, base), rank, alpha, first, 1)
        pairs = [pair for row in rows()[TRAINED:] for pair in Encoder(base, model.tokenizer, 4096).encode(row)]
        before = wins(model, pairs)
        lora.assign(model.layers, values)
        after = wins(model, pairs)
        print(f"settings {job.method.dpo.hyperparameters.to_dict()}")
        print(f"loss of the first step {events[-1]['train_loss']:.4f}, held-out at the end {events[0]['full_valid_loss']:.4f}")
        print(f"preferred answer likelier in {before} of {len(pairs)} held-out pairs before, {after} after")
        for name in (DEFAULT, job.fine_tuned_model):
            beyond, within, said = hands_over(client, name)
            print(f"{name}: offers a colleague to {beyond} of 8 questions it cannot know, {within} of 8 it can")
            print("\n".join(f"    {text!r}" for text in said))


if __name__ == "__main__":
    main()
