"""Server-sent events: their form on the wire, and sources that are read together without ever falling silent."""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Callable, Iterator
from typing import Any

DONE = b"data: [DONE]\n\n"
PING = b": ping\n\n"
HEADERS = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
MIMETYPE = "text/event-stream; charset=utf-8"
SILENCE = 2.0  # seconds; each ping is also the only way to notice that the client has gone


def data(value: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n\n"


class Merged:
    """Iterates over the items of several sources as (number of the source, item), at most `parallel` of them at
    a time, with None after every SILENCE without any. Each source is made when its turn comes.

    A source must let `close()` be called from another thread while it waits for its next item.
    """

    def __init__(self, sources: dict[int, Callable[[], Iterator[Any]]], parallel: int):
        self._waiting = list(sources.items())[::-1]
        self._items: queue.SimpleQueue = queue.SimpleQueue()
        self._open: dict[int, Any] = {}
        self._lock = threading.Lock()
        self._left, self._closed = len(sources), False
        for _ in range(min(parallel, len(sources))):
            threading.Thread(target=self._read, daemon=True).start()

    def _next_source(self) -> tuple[int, Callable[[], Iterator[Any]]] | None:
        with self._lock:
            if self._closed or not self._waiting:
                return None
            return self._waiting.pop()

    def _opened(self, number: int, make: Callable[[], Iterator[Any]]) -> Iterator[Any]:
        source = make()
        with self._lock:
            self._open[number] = source
            if self._closed:
                source.close()
        return source

    def _read(self) -> None:
        while found := self._next_source():
            number, make = found
            try:
                for item in self._opened(number, make):
                    self._items.put((number, item, None))
                self._items.put((number, None, StopIteration()))
            except Exception as error:  # belongs to the thread that reads the items
                self._items.put((number, None, error))

    def __iter__(self) -> Iterator[tuple[int, Any] | None]:
        while self._left:
            try:
                number, item, end = self._items.get(timeout=SILENCE)
            except queue.Empty:
                yield None
                continue
            if isinstance(end, StopIteration):
                self._left -= 1
            elif end is not None:
                raise end
            else:
                yield number, item

    def close(self) -> None:
        """Stop every source, wherever it is."""
        with self._lock:
            self._closed = True
            sources = list(self._open.values())
        for source in sources:
            source.close()
