"""One answer of a serving child as it is written, which another thread can stop at any moment.

A client library cannot be woken from another thread while it waits for the first token; a socket of our own can.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

_SILENCE = 600.0  # seconds; a slow machine may read a long prompt for minutes


class LlamaStream:
    """Iterates over the chunks of a `/completion` request of llama.cpp's server.

    `refuse(status, body)` makes the exception for an answer that is not 200, `crash(error)` the one for a
    connection that breaks off."""

    def __init__(
        self,
        address: str,
        key: str,
        payload: dict,
        refuse: Callable[[int, bytes], Exception],
        crash: Callable[[Exception], Exception],
    ):
        place = urlsplit(address)
        self._connection = HTTPConnection(place.hostname, place.port, timeout=_SILENCE)
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        self._body = json.dumps(payload | {"stream": True}).encode()
        self._refuse, self._crash = refuse, crash
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
        self._connection.request("POST", "/completion", self._body, self._headers)
        response = self._connection.getresponse()
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
