"""Stand-ins for what lies outside the web room: a model that says what a test tells it, a browser without a screen."""

from __future__ import annotations

import json
import re
import time
from typing import Any, Iterator

from flask import Flask

from chatbot.client import BackendError
from chatbot.records import ModelInfo, Piece, Sampling


class FakeModel:
    """Takes the place of `house.client`. `enqueue` what it will say; `asked` remembers what it was sent."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Any, Sampling]] = []
        self.closed = 0  # answers that were not listened to until their end
        self._answers: list[tuple[tuple[str | float | BackendError, ...], str]] = []

    def enqueue(self, *parts: str | float | BackendError, reason: str = "stop") -> None:
        """The next answer: words, pauses in seconds, and a BackendError where it breaks; and why it ends."""
        self._answers.append((parts, reason))

    def chat(self, model: str, messages: Any, sampling: Sampling) -> Iterator[Piece]:
        self.asked.append((model, messages, sampling))
        try:
            parts, reason = self._answers.pop(0)
            for part in parts:
                if isinstance(part, BackendError):
                    raise part
                if isinstance(part, float):
                    time.sleep(part)
                else:
                    yield Piece(part)
            yield Piece("", reason)
        except GeneratorExit:
            self.closed += 1
            raise

    complete = chat

    def models(self) -> list[ModelInfo]:
        return [ModelInfo("smollm2-135m-instruct", 1), ModelInfo("ft:smollm2-135m-instruct:local:shop:ab12", 2)]


class Browser:
    """A test client that keeps cookies and sends the CSRF token of the page it has open."""

    def __init__(self, app: Flask, page: str = "/"):
        self.client = app.test_client()
        self.page = page

    def cookie(self, name: str, value: str) -> "Browser":
        self.client.set_cookie(name, value)
        return self

    def get(self, path: str, **more: Any):
        return self.client.get(path, **more)

    def send(self, method: str, path: str, json: Any = None, **more: Any):
        html = self.client.get(self.page).text
        token = re.search('name="csrf-token" content="([^"]+)"', html)[1]
        return self.client.open(path, method=method, json=json, headers={"X-CSRFToken": token, "Accept": "application/json"}, **more)


def events(text: str) -> list[dict[str, Any]]:
    """The JSON events in the text of a streamed response."""
    return [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: ")]
