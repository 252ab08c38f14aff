"""The handle on the embedding process: found, checked, started when first needed, started again if it died."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from socket import socket
from typing import Any

from chatbot.engine.config import EngineConfig
from chatbot.engine.embedding_models import EmbeddingModel
from chatbot.engine.limits import AGAIN
from chatbot.engine.line_child import LineChild, ask, plain
from chatbot.engine.pool import ModelUnavailable

SPINS = "10000"  # a thread waits awake for the next matrix (30 µs away), not for the next question: that took 5 ms from the site


class Embedder:
    """One embedding process for all threads, with the model that was asked for last; requests wait for each other,
    `places` of them at most."""

    def __init__(self, config: EngineConfig):
        self._lock = plain("allocate_lock", "_thread")()  # for moments only
        self._process: LineChild | None = None
        self._model: EmbeddingModel | None = None  # of the process
        self._retired: list[LineChild] = []
        self._threads = str(config.threads)
        self.places, self.busy = 1 + config.queue, 0

    def embed(self, model: EmbeddingModel, inputs: list[str | list[int]]) -> dict[str, Any]:
        """The answer of the process (see `encoders`).

        Raises ModelUnavailable, OSError if it cannot stay alive."""
        line = json.dumps({"inputs": inputs}).encode()
        with self._place(model.name):
            for _ in range(2):
                process, connection = self._connected(model)
                if answer := ask(connection, line):
                    return json.loads(answer)
                self._bury(process)
        raise OSError("the embedding process ended twice while it answered")

    @contextmanager
    def _place(self, name: str) -> Iterator[None]:
        with self._lock:
            if self.busy >= self.places:
                raise ModelUnavailable(f"The model {name} has too many texts waiting.", retry_after=AGAIN)
            self.busy += 1
        try:
            yield
        finally:
            with self._lock:
                self.busy -= 1

    def _connected(self, model: EmbeddingModel) -> tuple[LineChild, socket]:
        with self._lock:
            self._retired = [process for process in self._retired if not process.has_ended()]
            if self._process is None or self._model != model:
                self._retire()
                self._process, self._model = self._started(model), model
            return self._process, self._process.connect()

    def _started(self, model: EmbeddingModel) -> LineChild:
        few = {"OPENBLAS_NUM_THREADS": "1", "ONEDNN_PRIMITIVE_CACHE_CAPACITY": "64", "GOMP_SPINCOUNT": SPINS}
        arguments = [str(model.folder.absolute()), str(model.longest), *map(str, filter(None, [model.adapter]))]
        return LineChild("chatbot.engine.encoders", *arguments, OMP_NUM_THREADS=self._threads, **few)

    def _retire(self) -> None:
        process, self._process = self._process, None
        if process:
            process.retire()
            self._retired.append(process)

    def _bury(self, process: LineChild) -> None:
        """Forget a process that died, unless another thread has seen it already."""
        with self._lock:
            if self._process is process:
                self._retire()

    def close(self) -> None:
        with self._lock:
            self._retire()
            for process in self._retired:
                process.kill()
