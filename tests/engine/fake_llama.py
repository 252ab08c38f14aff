"""A model with a queue and a memory: enqueue what it shall write, then look at what it was asked."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class FakeStream:
    """Writes the pieces of a script: texts, exceptions, or seconds of silence. The last event says how it ended."""

    def __init__(self, payload: dict[str, Any], script: list[Any], reason: str):
        self.payload, self.script, self.reason = payload, script, reason
        self.closed = threading.Event()

    def __iter__(self) -> Iterator[dict[str, Any]]:
        written = 0
        size = len(self.payload["prompt"])
        common = {"tokens_evaluated": size}
        yield common | {"content": "", "stop": False, "prompt_progress": {"total": size, "cache": 2, "processed": size}}
        for piece in self.script:
            if isinstance(piece, Exception):
                raise piece
            if isinstance(piece, (int, float)):
                if self.closed.wait(piece):
                    return
                continue
            if written == self.payload["n_predict"]:
                break
            written += 1
            chances = {"completion_probabilities": [_chance(piece)]} if self.payload["n_probs"] else {}
            yield common | chances | {"content": piece, "stop": False, "tokens_predicted": written}
        if self.closed.is_set():
            return
        reason = "limit" if written == self.payload["n_predict"] else self.reason
        yield common | {"content": "", "stop": True, "stop_type": reason, "tokens_predicted": written}

    def close(self) -> None:
        self.closed.set()


def _chance(piece: str) -> dict[str, Any]:
    entry = {"id": 1, "token": piece, "bytes": list(piece.encode()), "logprob": 1.0 - len(piece)}
    return entry | {"top_logprobs": [entry, entry | {"token": "?", "bytes": [63], "logprob": None}]}


class FakePool:
    """A pool of one model, whose tokens are the bytes of a text."""

    def __init__(self) -> None:
        self.scripts: deque = deque()
        self.streams: list[FakeStream] = []
        self.users = 0
        self.refusal: Exception | None = None

    def enqueue(self, *script: Any, reason: str = "eos") -> None:
        self.scripts.append((list(script), reason))

    @contextmanager
    def model(self, served: Any) -> Iterator["FakePool"]:
        if self.refusal:
            raise self.refusal
        self.users += 1
        try:
            yield self
        finally:
            self.users -= 1

    def places(self, served: Any) -> int:
        return 40

    def busy(self, served: Any) -> int:
        return self.users

    def stream(self, payload: dict[str, Any]) -> FakeStream:
        self.streams.append(FakeStream(payload, *self.scripts.popleft()))
        return self.streams[-1]

    def complete(self, payload: dict[str, Any]) -> dict[str, Any]:
        """As llama.cpp does it: a schema it does not understand holds nothing back."""
        return {"content": "\n" if payload["json_schema"].get("type") == "nonsense" else "{"}

    def tokenize(self, text: str, special: bool = True) -> list[int]:
        return list(text.encode())

    def detokenize(self, ids: list[int]) -> str:
        return bytes(ids).decode()

    def close(self) -> None:
        pass
