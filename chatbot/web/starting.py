"""Trainings on their way into the queue: every example looks for the approved answers like it first, which takes a while."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Event, Lock, Thread
from typing import Any, Callable

from flask import Flask, current_app

from chatbot.records import HomegrownError, Message
from chatbot.web.sse import FAILED, log

PATIENCE = 1.0  # seconds; small sets are queued within it, and nobody sees the page between


@dataclass
class Start:
    """A start under way. `error` is what went wrong, once it is over."""

    over: Event = field(default_factory=Event)
    error: Message | None = None


class Starts:
    """The starts of this process, by the token of their form; there is one process (gunicorn_conf.py)."""

    def __init__(self) -> None:
        self._open: dict[str, Start] = {}
        self._lock = Lock()

    def begin(self, token: str, work: Callable[[], Any]) -> Start:
        """Do `work` in the background and wait a moment for it. The same token again joins the start under way."""
        with self._lock:
            start = self._open.get(token)
            if start is None:
                start = self._open[token] = Start()
                Thread(target=_work, args=(start, work), daemon=True).start()
        start.over.wait(PATIENCE)
        return start

    def get(self, token: str) -> Start | None:
        return self._open.get(token)

    def forget(self, token: str) -> None:
        self._open.pop(token, None)


def register(app: Flask) -> None:
    app.extensions["starts"] = Starts()


def current_starts() -> Starts:
    return current_app.extensions["starts"]


def _work(start: Start, work: Callable[[], Any]) -> None:
    try:
        work()
    except HomegrownError as error:
        start.error = error.message
    except Exception:
        log.exception("a training could not be started")
        start.error = FAILED
    finally:
        start.over.set()
