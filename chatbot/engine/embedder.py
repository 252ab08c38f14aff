"""The handle on the embedding process: found, checked, started when first needed, started again if it died."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from chatbot.engine import children
from chatbot.engine.config import EngineConfig
from chatbot.engine.embedding_models import EmbeddingModel
from chatbot.engine.limits import AGAIN
from chatbot.engine.pool import ModelUnavailable


class Embedder:
    """One embedding process for all threads, with the model that was asked for last; requests wait for each other,
    `places` of them at most."""

    def __init__(self, config: EngineConfig):
        self._lock = threading.Lock()
        self._process: subprocess.Popen | None = None
        self._model: EmbeddingModel | None = None  # of the process
        self._counting = threading.Lock()
        self._threads = str(config.threads)
        self.places, self.busy = 1 + config.queue, 0

    def embed(self, model: EmbeddingModel, inputs: list[str | list[int]]) -> dict[str, Any]:
        """The answer of the process (see `encoders`).

        Raises ModelUnavailable, OSError if it cannot stay alive."""
        with self._place(model.name), self._lock:
            return self._asked(model, inputs) or self._asked(model, inputs) or self._give_up()

    @contextmanager
    def _place(self, name: str) -> Iterator[None]:
        with self._counting:
            if self.busy >= self.places:
                raise ModelUnavailable(f"The model {name} has too many texts waiting.", retry_after=AGAIN)
            self.busy += 1
        try:
            yield
        finally:
            with self._counting:
                self.busy -= 1

    def _asked(self, model: EmbeddingModel, inputs: list[str | list[int]]) -> dict[str, Any] | None:
        """None if the process died."""
        process = self._running(model)
        try:
            process.stdin.write(json.dumps({"inputs": inputs}).encode() + b"\n")
            process.stdin.flush()
            line = process.stdout.readline()
        except BrokenPipeError:
            line = b""
        return json.loads(line) if line else self._stop()

    def _running(self, model: EmbeddingModel) -> subprocess.Popen:
        if self._model != model:
            self._stop()
        if self._process is None:
            self._model = model
            self._process = subprocess.Popen(
                [sys.executable, "-m", "chatbot.engine.encoders", model.kind, str(model.folder), str(model.longest)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                cwd=children.ROOT,
                env=children.environment(OMP_NUM_THREADS=self._threads, OPENBLAS_NUM_THREADS="1", ONEDNN_PRIMITIVE_CACHE_CAPACITY="64"),
                start_new_session=True,
            )
        return self._process

    def _give_up(self) -> dict[str, Any]:
        raise OSError("the embedding process ended twice while it answered")

    def _stop(self) -> None:
        """Let the process end, if there is one."""
        process, self._process = self._process, None
        if process:
            process.kill()
            process.wait()
            process.stdin.close()
            process.stdout.close()

    def close(self) -> None:
        with self._lock:
            self._stop()
