"""Every test gets a Homegrown of its own in a temporary folder; only the copies of the base model are shared."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Iterator

import psutil
import pytest
from flask import Flask

from chatbot import create_app
from chatbot.settings import ROOT, Settings

os.environ.setdefault("HOMEGROWN_CACHE", str(ROOT / "instance" / "cache"))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", cache=Path(os.environ["HOMEGROWN_CACHE"]))


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    app = create_app(settings)
    app.testing = True
    yield app
    app.extensions["homegrown"].close()
    stop_trainers(settings.home)


def stop_trainers(home: Path) -> None:
    """Kill the trainers that work in `home`: by design they outlive the process that started them."""
    for process in psutil.process_iter(["cmdline"]):
        if any(word.startswith(str(home)) for word in process.info["cmdline"] or []):
            process.kill()


@pytest.fixture(scope="session", autouse=True)
def nothing_goes_on(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    yield
    stop_trainers(tmp_path_factory.getbasetemp())


@pytest.fixture
def house(app: Flask):
    return app.extensions["homegrown"]
