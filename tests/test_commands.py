"""The command line as a person types it: real processes, real exit codes, answers on standard output only."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import openai
import pytest
from click import ClickException

from chatbot.commands.serve import check_port
from chatbot.engine.bases import default_file
from chatbot.house import House
from chatbot.prompting import DSA
from chatbot.records import Sampling
from chatbot.settings import ROOT, Settings
from chatbot.store import options
from tests.engine import tiny_base

SHORT = Sampling(temperature=0, max_tokens=12)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A house whose persona gives short answers."""
    home = tmp_path_factory.mktemp("home")
    house = House(Settings(home=home))
    options.put_persona(house.store, replace(DSA, chat_sampling=SHORT))
    return home


def environment(home: Path, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("OPENAI", "ENGINE"))}
    return {**kept, "HOMEGROWN_HOME": str(home), **more}


def flask(home: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "flask", *words]
    return subprocess.run(command, cwd=ROOT, env=environment(home, **more), capture_output=True, text=True, timeout=300)


def test_chat_prints_the_answer_and_nothing_else(home: Path):
    done = flask(home, "chat", "Say hello.")
    assert done.returncode == 0 and done.stderr == ""
    assert done.stdout.strip()
    assert flask(home, "chat", "Say hello.").stdout == done.stdout  # temperature 0


def test_an_unknown_model_is_one_sentence_on_standard_error(home: Path):
    done = flask(home, "chat", "--model", "ft:nobody", "hello")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1 and "ft:nobody" in done.stderr


def test_models_are_listed_and_the_live_one_is_marked(home: Path):
    done = flask(home, "models")
    assert done.returncode == 0
    assert "* smollm2-135m-instruct" in done.stdout.splitlines()


def test_a_base_without_a_chat_template_learns_conversations_as_pairs(tmp_path: Path):
    (tmp_path / "models").mkdir()
    tiny_base.make("llama", default_file(), tmp_path / "models" / "tiny.gguf")
    said = [("user", f"What is {letter}?") for letter in "abcdefghijkl"], [("assistant", f"{letter} is a letter.") for letter in "abcdefghijkl"]
    rows = [{"messages": [{"role": role, "content": text} for role, text in pair]} for pair in zip(*said)]
    (tmp_path / "talk.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    trained = flask(tmp_path, "train", str(tmp_path / "talk.jsonl"), "--model", "tiny", "--epochs", "1")
    assert trained.returncode == 0, trained.stderr
    answered = flask(tmp_path, "chat", "--model", trained.stdout.strip(), "What is c?")
    assert answered.returncode == 0 and answered.stdout.strip(), answered.stderr


def test_too_few_examples_are_refused_before_anything_is_trained(home: Path, tmp_path: Path):
    file = tmp_path / "few.jsonl"
    file.write_text("".join(json.dumps({"prompt": f"q{n}", "completion": f"a{n}"}) + "\n" for n in range(7)))
    done = flask(home, "train", str(file))
    assert (done.returncode, done.stdout) == (1, "")
    assert "at least 10 examples, and here are 7" in done.stderr


def test_a_missing_file_is_said(home: Path):
    done = flask(home, "train", "nowhere.csv")
    assert done.returncode == 1 and done.stderr == "Error: nowhere.csv: No such file or directory.\n"


def test_a_backend_that_does_not_answer_is_said(home: Path):
    done = flask(home, "chat", "hello", OPENAI_BASE_URL="http://127.0.0.1:9/v1", OPENAI_API_KEY="sk-none")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "Error: The model's server cannot be reached. Is it running?\n"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_a_taken_port_is_said(home: Path):
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        done = flask(home, "serve", PORT=str(port))
    assert done.returncode == 1
    assert f"Port {port}" in done.stderr and "PORT=" in done.stderr


def test_an_embedding_model_that_is_not_there_is_said(home: Path):
    done = flask(home, "serve", PORT=str(free_port()), EMBEDDING_MODEL="all-mpnet")
    assert done.returncode == 1 and "EMBEDDING_MODEL is “all-mpnet”" in done.stderr


def test_a_port_that_cannot_be_is_said():
    with pytest.raises(ClickException, match="There is no port 99999"):
        check_port("127.0.0.1", 99999)


def test_the_engine_needs_a_key_and_then_serves_the_api(tmp_path: Path):
    port = free_port()
    refused = flask(tmp_path, "engine", "--port", str(port))
    assert refused.returncode == 1 and "ENGINE_API_KEY" in refused.stderr

    made = flask(tmp_path, "api-key", "create", "my program").stdout.strip()
    assert re.fullmatch(r"sk-\S{30,}", made)
    command = [sys.executable, "-m", "flask", "engine", "--port", str(port)]
    engine = subprocess.Popen(command, cwd=ROOT, env=environment(tmp_path, ENGINE_API_KEY="sk-fixed"), stderr=subprocess.DEVNULL)
    try:
        for key in ("sk-fixed", made):
            assert "smollm2-135m-instruct" in listed_models(port, key)
        with pytest.raises(openai.AuthenticationError):
            listed_models(port, "sk-guessed")
    finally:
        engine.send_signal(signal.SIGTERM)
        assert engine.wait(timeout=40) == 0


def listed_models(port: int, key: str) -> list[str]:
    client = openai.OpenAI(base_url=f"http://127.0.0.1:{port}/v1", api_key=key, max_retries=0)
    deadline = time.monotonic() + 60
    while True:
        try:
            return [model.id for model in client.models.list()]
        except openai.APIConnectionError:
            assert time.monotonic() < deadline, "the engine does not answer"
            time.sleep(0.2)
