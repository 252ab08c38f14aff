"""Requests to a serving child: plain ones, and an answer as it is written, which another thread can stop at any moment.

A client library cannot be woken from another thread while it waits for the first token; a socket of our own can.
It also costs a third of a library's time, which counts before the first token.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import Any
from urllib.parse import urlsplit

_SILENCE = 600.0  # seconds; a slow machine may read a long prompt for minutes


@dataclass(frozen=True)
class Address:
    """Where a child listens, and the key that it wants."""

    url: str
    key: str

    def connection(self, timeout: float = _SILENCE) -> HTTPConnection:
        """A connection that is made with its first request; `timeout` is for each wait, in seconds."""
        place = urlsplit(self.url)
        return HTTPConnection(place.hostname, place.port, timeout=timeout)

    def post(self, connection: HTTPConnection, path: str, payload: dict[str, Any]) -> HTTPResponse:
        """Raises OSError, HTTPException."""
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        connection.request("POST", path, json.dumps(payload).encode(), headers)
        return connection.getresponse()


class LlamaStream:
    """Iterates over the chunks of a `/completion` request of llama.cpp's server.

    `refuse(status, body)` makes the exception for an answer that is not 200, `crash(error)` the one for a
    connection that breaks off."""

    def __init__(
        self,
        address: Address,
        payload: dict[str, Any],
        refuse: Callable[[int, bytes], Exception],
        crash: Callable[[Exception], Exception],
    ):
        self._address, self._payload = address, payload | {"stream": True}
        self._refuse, self._crash = refuse, crash
        self._connection = address.connection()
        self._socket: socket.socket | None = None
        self._closed = False

    def __iter__(self) -> Iterator[dict]:
        """Raises what `refuse` and `crash` make, and nothing at all once it is closed."""
        try:
            yield from self._chunks()
        except (OSError, HTTPException) as error:
            if not self._closed:
                raise self._crash(error) from error
        finally:
            self._connection.close()

    def _chunks(self) -> Iterator[dict]:
        self._connection.connect()
        self._socket = self._connection.sock
        if self._closed:
            return
        response = self._address.post(self._connection, "/completion", self._payload)
        if response.status != 200:
            raise self._refuse(response.status, response.read())
        chunk: dict = {"stop": False}
        for line in response:
            name, _, value = line.partition(b": ")
            if name in (b"data", b"error"):
                chunk = json.loads(value)
                if "error" in chunk or name == b"error":
                    raise self._refuse(500, value)
                yield chunk
        if not chunk["stop"]:  # http.client takes a connection that breaks off for the end of the answer
            raise ConnectionError("The answer broke off.")

    def close(self) -> None:
        """Stop the generation, from any thread; the one that iterates finds the end."""
        self._closed = True
        if self._socket:
            try:
                self._socket.shutdown(socket.SHUT_RDWR)
            except OSError:
                return  # it ended by itself
