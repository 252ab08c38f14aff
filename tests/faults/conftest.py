"""A running engine with a small random model beside the installed one."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import openai
import psutil
import pytest

from chatbot.engine.bases import default_file
from chatbot.engine.jobfolder import JobFolder
from tests.conftest import stop_trainers
from tests.engine import tiny_base
from tests.engine_process import KEY, EngineProcess

TINY = "tiny-llama"


def engine_at(home: Path) -> EngineProcess:
    """An engine that shares copies of base models with all tests: the small one is the same everywhere."""
    return EngineProcess(home, HOMEGROWN_CACHE=os.environ["HOMEGROWN_CACHE"])


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineProcess]:
    home = tmp_path_factory.mktemp("faults")
    (home / "models").mkdir()
    tiny_base.make("llama", default_file(), home / "models" / f"{TINY}.gguf")
    with engine_at(home) as engine:
        yield engine
    stop_trainers(home)


def client_of(engine: EngineProcess) -> openai.OpenAI:
    return openai.OpenAI(api_key=KEY, base_url=engine.url, max_retries=0)


@pytest.fixture
def client(engine: EngineProcess) -> Iterator[openai.OpenAI]:
    with client_of(engine) as client:  # a stopping server waits some seconds for connections that are left open
        yield client


@pytest.fixture(scope="module")
def training_file(engine: EngineProcess) -> str:
    lines = [{"messages": [{"role": "user", "content": f"Say {n}."}, {"role": "assistant", "content": f"{n}!"}]} for n in range(12)]
    content = "".join(json.dumps(line) + "\n" for line in lines).encode()
    with client_of(engine) as client:
        return client.files.create(file=("few.jsonl", content), purpose="fine-tune").id


def start(engine: EngineProcess, training_file: str, epochs: int) -> JobFolder:
    """A job of the small model, twelve steps an epoch."""
    numbers = {"n_epochs": epochs, "batch_size": 1}
    with client_of(engine) as client:
        job = client.fine_tuning.jobs.create(model=TINY, training_file=training_file, hyperparameters=numbers)
    return JobFolder(engine.home / "engine" / "jobs" / job.id)


def serving_children(engine: EngineProcess) -> list[psutil.Process]:
    """The processes in which models answer."""
    found = psutil.Process(engine.pid).children(recursive=True)
    return [process for process in found if "chatbot.engine.llama_child" in process.cmdline()]
