"""The handle on one serving child process: start, health, generate, tokenize, stop."""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import closing
from dataclasses import asdict
from http.client import HTTPException
from pathlib import Path

from . import children
from .bases import Base
from .config import EngineConfig
from .llama_stream import Address, LlamaStream

_START = 900.0  # seconds; the first start of a new base also makes its serving copy


class LlamaError(Exception):
    """llama.cpp refused a request. `status` is its HTTP status, `kind` its error type."""

    def __init__(self, message: str, status: int = 500, kind: str = "server_error"):
        super().__init__(message)
        self.message, self.status, self.kind = message, status, kind


class LlamaCrashed(Exception):
    """The child process ended or no longer answers; the text has the last lines it wrote."""


class Llama:
    """One running child: a base model, perhaps with an adapter. Usable from several threads at once."""

    def __init__(self, config: EngineConfig, base: Base, adapter: Path | None = None):
        """Start the child and wait until it is healthy. Raises LlamaCrashed."""
        self.started = time.monotonic()
        self._log = tempfile.TemporaryFile()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "chatbot.engine.llama_child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            cwd=children.ROOT,
            env=children.environment(),
            start_new_session=True,  # Ctrl-C in the terminal is for the site, which then stops its children itself
        )
        key = secrets.token_hex(16)
        try:
            self._send({"config": config.to_dict(), "base": asdict(base), "adapter": adapter, "key": key})
            self._address = Address(self._first_line(), key)
        except BaseException:
            self.close()
            raise

    def _send(self, request: dict) -> None:
        try:
            self._process.stdin.write(json.dumps(request, default=str).encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise LlamaCrashed(self._last_words()) from None

    def _first_line(self) -> str:
        """The line the child prints once its model is loaded."""
        lines: list[bytes] = []
        reader = threading.Thread(target=lambda: lines.append(self._process.stdout.readline()), daemon=True)
        reader.start()
        reader.join(_START)
        if not lines or not lines[0]:
            raise LlamaCrashed(self._last_words())
        return lines[0].decode().strip()

    def _last_words(self) -> str:
        self._log.seek(0)
        lines = self._log.read().decode(errors="replace").strip().splitlines()
        return "\n".join(lines[-8:]) or "The model process ended without a word."

    @property
    def pid(self) -> int:
        """Process id of the child."""
        return self._process.pid

    def alive(self) -> bool:
        """Whether the child still runs; costs microseconds."""
        return self._process.poll() is None

    def healthy(self) -> bool:
        """Whether the child answers within two seconds."""
        try:
            with closing(self._address.connection(timeout=2)) as connection:
                connection.request("GET", "/health")
                return self.alive() and connection.getresponse().status == 200
        except (OSError, HTTPException):
            return False

    def complete(self, payload: dict) -> dict:
        """Answer one `/completion` request of llama.cpp's server. Raises LlamaError, LlamaCrashed."""
        return self._post("/completion", payload)

    def stream(self, payload: dict) -> LlamaStream:
        """The same, chunk by chunk; `close()` of what is returned stops the generation from any thread.
        Raises LlamaError, LlamaCrashed."""
        return LlamaStream(self._address, payload, _refusal, self._crash)

    def tokenize(self, text: str, special: bool = True) -> list[int]:
        """Token ids; with `special`, control tokens are read as such and the model's start token is added."""
        return self._post("/tokenize", {"content": text, "add_special": special, "parse_special": special})["tokens"]

    def detokenize(self, ids: list[int]) -> str:
        """Text of token ids."""
        return self._post("/detokenize", {"tokens": ids})["content"]

    def _post(self, path: str, payload: dict) -> dict:
        try:
            with closing(self._address.connection()) as connection:
                response = self._address.post(connection, path, payload)
                status, body = response.status, response.read()
        except (OSError, HTTPException) as error:
            raise self._crash(error) from error
        if status != 200:
            raise _refusal(status, body)
        return json.loads(body)

    def _crash(self, error: Exception) -> LlamaCrashed:
        time.sleep(0.05)  # the connection breaks a moment before the process is gone
        return LlamaCrashed(str(error) if self.alive() else self._last_words())

    def close(self) -> None:
        """Stop the child, politely and then firmly."""
        self._process.stdin.close()
        try:
            self._process.wait(3)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()
        self._log.close()


def _refusal(status: int, body: bytes) -> LlamaError:
    try:
        error = json.loads(body)
    except ValueError:
        return LlamaError(body.decode(errors="replace"), status)
    error = error.get("error", error)
    return LlamaError(error.get("message", str(error)), error.get("code", status), error.get("type", "server_error"))
