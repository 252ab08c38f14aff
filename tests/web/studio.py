"""Steps that the tests of the Studio share: the embedded engine with a scripted trainer, and the way to a job."""

from __future__ import annotations

import io
import sys
import time
from pathlib import Path
from typing import Any, Iterator

import pytest

from chatbot.client import Client
from chatbot.engine.app import make_app
from chatbot.engine.runner import Runner
from chatbot.flows import warm
from tests.web.conftest import PAGE, Browser

TRAINER = (sys.executable, str(Path(__file__).parent / "scripted_trainer.py"))
ROWS = ["Hello, I am the bot."] + [text for n in range(20) for text in (f"question {n}", f"Answer {n}")]
CSV = ("Text\n" + "\n".join(ROWS) + "\n").encode()


@pytest.fixture
def engine(house: Any, no_models: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The real engine behind the real client; only the learning is played, so what was learnt is not asked anything."""
    monkeypatch.setattr(warm, "one_word", lambda house, model: None)
    config = house.engine_config
    app = make_app(config, lambda key: key == "key", Runner(config, TRAINER))
    app.extensions["engine"].start()
    house.__dict__["engine"] = app
    house.__dict__["client"] = Client.embedded(app, "key")
    yield app
    app.extensions["engine"].close()


def upload(admin: Browser, content: bytes, name: str = "talks.csv", **headers: str) -> Any:
    """Send a file as the form does."""
    admin.get("/admin/data")
    form = {"csrf_token": admin.token, "file": (io.BytesIO(content), name)}
    return admin.client.post("/admin/data", data=form, headers=PAGE | {"Origin": "http://localhost"} | headers)


def prepared(admin: Browser, content: bytes = CSV, style: str = "chat") -> str:
    """Upload and prepare; returns the dataset's address."""
    address = upload(admin, content).location
    assert admin.post(f"{address}/prepare", style=style).status_code == 303
    return address


def train(admin: Browser, dataset: str, suffix: str = "", token: str = "first", **form: str) -> Any:
    """Send the form and follow to the page of the job, or back to the form."""
    answer = admin.post("/admin/training", dataset_id=dataset.rsplit("/", 1)[1], suffix=suffix, token=token, **form)
    while "/starting/" in (answer.location or ""):
        time.sleep(0.1)
        page = admin.get(answer.location)
        answer = page if page.status_code == 303 else answer
    return answer


def wait_for(admin: Browser, job: str, status: str, percent: float = 0, seconds: float = 60) -> dict[str, Any]:
    """The progress of a job once it has this status and this share of its steps behind it."""
    deadline = time.monotonic() + seconds
    while True:
        progress = admin.get(f"{job}/progress").json
        if progress["status"] == status and progress["percent"] >= percent:
            return progress
        assert time.monotonic() < deadline, f"{job} is {progress['status']} at {progress['percent']} %, not {status}"
        time.sleep(0.1)
