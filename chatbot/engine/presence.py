"""Whether the client still waits for its answer, where the web server lets that be seen."""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

Step = TypeVar("Step")
_LOOK = 1.0  # seconds between two looks
_GLANCE = 1  # milliseconds of each


class ClientGone(Exception):
    """Nobody waits for this answer any more."""


def attended(steps: Iterable[Step], environ: dict[str, Any]) -> Iterator[Step]:
    """The same steps, for as long as the client of the request `environ` is there. Raises ClientGone."""
    looked = time.monotonic()
    for step in steps:
        if time.monotonic() - looked > _LOOK:
            looked = time.monotonic()
            if has_gone(environ):
                raise ClientGone
        yield step


def has_gone(environ: dict[str, Any]) -> bool:
    """Whether the client closed its connection; False where there is none, as inside the site's own process."""
    connection = environ.get("gunicorn.socket") or environ.get("werkzeug.socket")
    if connection is None:
        return False
    try:
        poll = select.poll()  # select() knows no descriptor above 1023
        poll.register(connection.fileno(), select.POLLIN)
        return bool(poll.poll(_GLANCE)) and not connection.recv(1, socket.MSG_PEEK)
    except (OSError, ValueError):  # reset, or closed already
        return True
