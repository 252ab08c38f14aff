"""An engine in a temporary home, spoken to by the official client without a port."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx2
import openai
import pytest
from flask import Flask

from chatbot.engine.app import make_app
from chatbot.engine.bases import Base, default_file, find_bases
from chatbot.engine.config import EngineConfig
from chatbot.engine.runner import Runner
from tests.engine import tiny_base
from tests.engine.fake_llama import FakePool

KEY = "sk-test-of-the-engine"
BASE = "smollm2-135m-instruct"
HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def cache() -> Path:
    return Path(os.environ["HOMEGROWN_CACHE"])


@pytest.fixture
def config(tmp_path: Path, cache: Path) -> EngineConfig:
    return EngineConfig(home=tmp_path / "home", cache=cache, models=tmp_path / "models")


@pytest.fixture(scope="session")
def shared_config(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> EngineConfig:
    """For tests that train or serve: one home for the whole run, models made once can be asked again."""
    home = tmp_path_factory.mktemp("engine")
    return EngineConfig(home=home, cache=cache, models=home / "bases")


@pytest.fixture(scope="session")
def tiny(shared_config: EngineConfig) -> Base:
    """A small random base model, which trains in a moment."""
    shared_config.models.mkdir(exist_ok=True)
    tiny_base.make("llama", default_file(), shared_config.models / "tiny-llama.gguf")
    return find_bases(shared_config)["tiny-llama"]


def client_of(app: Flask, key: str = KEY) -> openai.OpenAI:
    """The official client in its strictest mood, without retries."""
    return openai.OpenAI(
        api_key=key,
        base_url="http://engine/v1",
        http_client=httpx2.Client(transport=httpx2.WSGITransport(app)),
        max_retries=0,
        _strict_response_validation=True,
    )


@pytest.fixture
def app(config: EngineConfig) -> Iterator[Flask]:
    """An engine whose trainer is the small one beside this file. Its runner is not started."""
    trainer = (sys.executable, str(HERE / "small_trainer.py"))
    app = make_app(config, lambda key: key == KEY, Runner(config, trainer))
    yield app
    app.extensions["engine"].close()


@pytest.fixture
def engine(app: Flask) -> Any:
    return app.extensions["engine"]


@pytest.fixture
def client(app: Flask) -> openai.OpenAI:
    return client_of(app)


@pytest.fixture
def model(engine: Any) -> FakePool:
    """The only model of the engine: it writes what it is told."""
    engine.pool = FakePool()
    return engine.pool


@pytest.fixture
def http(app: Flask) -> SimpleNamespace:
    """Requests as a program without the client sends them: `http.get("/v1/…")`."""
    test = app.test_client()
    headers = {"Authorization": f"Bearer {KEY}"}

    def method(name: str) -> Callable[..., Any]:
        return lambda path, **more: getattr(test, name)(path, **{"headers": headers} | more)

    return SimpleNamespace(**{name: method(name) for name in ("get", "post", "delete", "put")})


def chat_lines(count: int = 12) -> bytes:
    """A training file of `count` short conversations."""
    lines = [
        {"messages": [{"role": "user", "content": f"Question {n}?"}, {"role": "assistant", "content": f"Answer {n}."}]}
        for n in range(count)
    ]
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


@pytest.fixture
def training_file(client: openai.OpenAI) -> str:
    return client.files.create(file=("train.jsonl", chat_lines()), purpose="fine-tune").id


def wait_for(client: openai.OpenAI, job_id: str, *statuses: str, seconds: float = 20) -> Any:
    """The job once it has one of `statuses`."""
    loose = client.with_options()
    deadline = time.monotonic() + seconds
    while True:
        job = json.loads(loose.fine_tuning.jobs.with_raw_response.retrieve(job_id).text)
        if job["status"] in statuses:
            return job
        assert time.monotonic() < deadline, f"{job_id} is {job['status']}, not {statuses}: {job['error']}"
        time.sleep(0.05)
