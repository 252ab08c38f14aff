"""Every test gets a Homegrown of its own in a temporary folder; only the copies of the base model are shared."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Iterator

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


@pytest.fixture
def house(app: Flask):
    return app.extensions["homegrown"]
