"""The loaded models: starts serving children on demand, keeps the most recently used, restarts dead ones."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from . import cache, memory
from .bases import Base
from .config import EngineConfig
from .limits import AGAIN
from .llama import Llama, LlamaCrashed

_PROBE_AFTER = 10.0  # seconds without an answer after which a child is asked whether it is well
_PATIENCE = 30.0  # seconds a newcomer waits for a place
_LONGEST_PAUSE = 60.0  # seconds between attempts to start a model that keeps failing


class ModelDamaged(Exception):
    """An adapter's bytes are not those its training wrote."""


class ModelUnavailable(Exception):
    """The model cannot answer now; `retry_after` is in seconds."""

    def __init__(self, sentence: str, retry_after: int):
        super().__init__(sentence)
        self.retry_after = retry_after


@dataclass(frozen=True)
class ServedModel:
    """What must be loaded to answer under a model's name."""

    id: str
    base: Base
    adapter: Path | None = None
    sha256: str | None = None  # of the adapter


@dataclass
class _Seat:
    """The place of one model in the pool."""

    model: ServedModel
    lock: threading.Lock = field(default_factory=threading.Lock)
    llama: Llama | None = None
    counted: bool = False  # takes one of the places, from before its child is started
    users: int = 0
    last_used: float = 0.0
    failures: int = 0
    retry_at: float = 0.0


class Pool:
    """At most `config.max_loaded_models` running children, shared by all threads."""

    def __init__(self, config: EngineConfig):
        self._config = config
        self._seats: dict[str, _Seat] = {}
        self._change = threading.Condition()

    @contextmanager
    def model(self, served: ServedModel) -> Iterator[Llama]:
        """A healthy handle on the model, loaded if need be and never unloaded inside the block.

        Raises ModelDamaged, ModelUnavailable, BaseModelError."""
        seat = self._sit(served)
        try:
            with seat.lock:
                self._make_ready(seat)
            yield seat.llama
        finally:
            with self._change:
                seat.users -= 1
                seat.last_used = time.monotonic()
                self._change.notify_all()

    def _sit(self, served: ServedModel) -> _Seat:
        with self._change:
            seat = self._seats.get(served.id)
            if seat is None or (seat.model != served and not seat.users):
                self._drop(served.id)
                seat = self._seats[served.id] = _Seat(served)
            if seat.users >= self.places(served):
                raise ModelUnavailable(f"The model {served.id} has too many questions waiting.", retry_after=AGAIN)
            seat.users += 1
            return seat

    def places(self, served: ServedModel) -> int:
        """Requests that the model takes at once: those it answers, and those that wait."""
        return memory.slots(self._config, served.base) + self._config.queue

    def busy(self, served: ServedModel) -> int:
        """How many of its places are taken."""
        seat = self._seats.get(served.id)
        return seat.users if seat else 0

    def _make_ready(self, seat: _Seat) -> None:
        if seat.llama and self._is_well(seat):
            return
        if seat.llama:
            self._fail(seat)
        wait = seat.retry_at - time.monotonic()
        if wait > 0:
            sentence = f"The model {seat.model.id} stopped and is started again in a moment."
            raise ModelUnavailable(sentence, retry_after=math.ceil(wait))
        self._start(seat)

    def _is_well(self, seat: _Seat) -> bool:
        rested = time.monotonic() - seat.last_used > _PROBE_AFTER and seat.users == 1
        return seat.llama.healthy() if rested else seat.llama.alive()

    def _start(self, seat: _Seat) -> None:
        self._make_room(seat)
        model = seat.model
        if model.adapter and model.sha256 and _sha256(model.adapter) != model.sha256:
            raise ModelDamaged(f"The file of the model {model.id} is damaged. Train it again or take another model.")
        try:
            seat.llama = Llama(self._config, model.base, model.adapter)
        except LlamaCrashed as error:
            self._fail(seat)
            wait = max(1, math.ceil(seat.retry_at - time.monotonic()))
            raise ModelUnavailable(f"The model {model.id} could not be loaded: {error}", retry_after=wait) from error

    def _fail(self, seat: _Seat) -> None:
        """Put a dead child away; the first restart is immediate, further ones wait longer and longer."""
        if seat.llama:
            lived = time.monotonic() - seat.llama.started
            seat.llama.close()
            seat.llama = None
            seat.failures = 0 if lived > _LONGEST_PAUSE else seat.failures
        seat.counted = False
        pause = min(_LONGEST_PAUSE, 2.0**seat.failures) if seat.failures else 0.0
        seat.failures += 1
        seat.retry_at = time.monotonic() + pause

    def _make_room(self, newcomer: _Seat) -> None:
        """Unload the least recently used idle models while there is no place; wait for one if all are busy."""
        with self._change:
            deadline = time.monotonic() + _PATIENCE
            while obstacle := self._obstacle(newcomer.model):
                loaded = [seat for seat in self._seats.values() if seat.counted]
                if idle := [seat for seat in loaded if not seat.users]:
                    self._drop(min(idle, key=lambda seat: seat.last_used).model.id)
                elif not loaded or not self._change.wait(deadline - time.monotonic()):
                    raise ModelUnavailable(obstacle, retry_after=AGAIN)
            newcomer.counted = True

    def _obstacle(self, model: ServedModel) -> str | None:
        """Why the model cannot be loaded just now."""
        if sum(seat.counted for seat in self._seats.values()) >= self._config.max_loaded_models:
            return "All models are busy. Try again in a moment."
        need, free = memory.needed(self._config, model.base), memory.available()
        if need > free:
            return f"The model {model.id} needs {need >> 20} MB of memory, and only {int(free) >> 20} MB are free."
        return None

    def _drop(self, model_id: str) -> None:
        seat = self._seats.pop(model_id, None)
        if seat and seat.llama:
            seat.llama.close()

    def close(self) -> None:
        """Stop every child."""
        with self._change:
            for model_id in list(self._seats):
                self._drop(model_id)


def _sha256(path: Path) -> str:
    return cache.sha256_of(path) if path.is_file() else "missing"
