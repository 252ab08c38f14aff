"""`python -m tests.bench.serve`: bare xllamacpp and the engine with the same file, adapter, threads and slots."""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import openai

from chatbot.engine.bases import DEFAULT, find_bases
from chatbot.engine.config import EngineConfig
from tests.bench.speed import Speed, bare, measure, through_engine
from tests.engine_process import KEY, ROOT, EngineProcess

PACKAGES = ("xllamacpp", "openai", "flask", "gevent", "gunicorn", "torch")
TARGETS = "targets: decoding >= 0.95 x bare, first token <= +5 ms, eight chats >= 1.4 x one; in training >= 0.80 x, first <= 2 x"


def machine() -> str:
    words = [line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in PACKAGES)
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return f"{words[0] if words else platform.machine()}, {os.cpu_count()} cores, {platform.platform()}\nPython {platform.python_version()}, {versions}\nload before: {load}"


@contextmanager
def bare_server(config: EngineConfig, adapter: Path) -> Iterator[openai.OpenAI]:
    """llama.cpp's server as the engine starts it, with nothing of ours before it."""
    key, base = "bare", find_bases(config)[DEFAULT]
    child = subprocess.Popen([sys.executable, "-m", "chatbot.engine.llama_child"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    wish = {"config": config.to_dict(), "base": asdict(base), "adapter": adapter, "key": key}
    child.stdin.write(json.dumps(wish, default=str).encode() + b"\n")
    child.stdin.flush()
    address = child.stdout.readline().decode().strip()
    try:
        yield openai.OpenAI(api_key=key, base_url=f"{address}/v1", max_retries=0)
    finally:
        child.stdin.close()
        child.wait(10)


def train(client: openai.OpenAI, epochs: int) -> str:
    """Start to tune the default base; the job's id."""
    rows = [{"messages": [{"role": "user", "content": f"Say {n}."}, {"role": "assistant", "content": f"{n}, of course."}]} for n in range(200)]
    content = "".join(json.dumps(row) + "\n" for row in (rows if epochs > 1 else rows[:12])).encode()
    file = client.files.create(file=("bench.jsonl", content), purpose="fine-tune").id
    return client.fine_tuning.jobs.create(model=DEFAULT, training_file=file, hyperparameters={"n_epochs": epochs}).id


def wait(client: openai.OpenAI, job: str, good) -> None:
    while not good():
        status = client.fine_tuning.jobs.retrieve(job).status
        if status in ("failed", "cancelled"):
            raise RuntimeError(f"{job} is {status}")
        time.sleep(0.5)


def row(name: str, speed: Speed) -> str:
    return f"{name:22} {speed.decoding:8.1f} tok/s {speed.first * 1000:9.1f} ms {speed.one:8.1f} {speed.eight:8.1f} tok/s"


def compare(found: dict[str, Speed], busy: Speed | None) -> list[str]:
    """The ratios that count."""
    plain, ours = found["bare xllamacpp"], found["engine"]
    lines = [
        f"decoding {ours.decoding / plain.decoding:.3f} x bare, first token {(ours.first - plain.first) * 1000:+.1f} ms",
        f"eight chats at once: engine {ours.eight / ours.one:.2f} x one, bare {plain.eight / plain.one:.2f} x",
    ]
    if busy:
        lines.append(f"while a training runs: decoding {busy.decoding / ours.decoding:.2f} x idle, first token {busy.first / ours.first:.2f} x")
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--firsts", type=int, default=20)
    arguments = parser.parse_args()
    print(machine(), flush=True)
    with tempfile.TemporaryDirectory() as folder, EngineProcess(Path(folder)) as engine:
        client = openai.OpenAI(api_key=KEY, base_url=engine.url, max_retries=0)
        done = train(client, 1)
        wait(client, done, lambda: client.fine_tuning.jobs.retrieve(done).status == "succeeded")
        model = client.fine_tuning.jobs.retrieve(done).fine_tuned_model
        home = engine.home / "engine"
        config = EngineConfig(home=home, cache=engine.home / "cache", models=engine.home / "models")
        ours = through_engine(client, model)
        with bare_server(config, home / "models" / done / "adapter.gguf") as plain:
            found = measure({"bare xllamacpp": bare(plain, find_bases(config)[DEFAULT]), "engine": ours}, arguments.rounds, arguments.firsts)
        long = train(client, 50)
        wait(client, long, lambda: any(event.type == "metrics" for event in client.fine_tuning.jobs.list_events(long).data))
        busy = measure({"engine": ours}, arguments.rounds, arguments.firsts, chats=False)["engine"]
        still = client.fine_tuning.jobs.retrieve(long).status
        client.fine_tuning.jobs.cancel(long)
    print(f"{'':22} {'decoding':>14} {'first token':>12} {'1 and 8 chats':>20}")
    for name, speed in found.items():
        print(row(name, speed))
    print(row("engine, in training", busy), "" if still == "running" else f"(the training had ended: {still})")
    print("\n".join([*compare(found, busy), TARGETS]))


if __name__ == "__main__":
    main()
