"""How many answers one visitor, and one address, may have written at the same time."""

from __future__ import annotations

from collections import Counter
from ipaddress import ip_address
from threading import Lock
from typing import Callable

from flask import Flask, current_app, request

from chatbot.store.conversations import Owner
from chatbot.web.current import current_house

PER_ADDRESS = 10  # times as many as one visitor has: a whole office may share an address


def register(app: Flask) -> None:
    app.extensions["seats"] = Seats()


class Seats:
    """Counts what is open in this process; there is one (gunicorn_conf.py)."""

    def __init__(self) -> None:
        self._taken: Counter[str] = Counter()
        self._lock = Lock()

    def take(self, limits: dict[str, int]) -> Callable[[], None] | None:
        """Take a seat under each name; gives what frees them again, or None when one name has no seat left."""
        with self._lock:
            if any(self._taken[name] >= most for name, most in limits.items()):
                return None
            self._taken.update(limits.keys())
        return lambda: self._free(limits)

    def _free(self, limits: dict[str, int]) -> None:
        with self._lock:
            self._taken -= Counter(limits.keys())


def take_seat(owner: Owner) -> Callable[[], None] | None:
    """A seat for the answer this request asks for, as `Seats.take` gives it."""
    most = current_house().settings.max_streams
    limits = {f"{owner.user_id}:{owner.visitor_hash}": most}
    # a proxy on this machine stands for everybody
    if request.remote_addr and not ip_address(request.remote_addr).is_loopback:
        limits[request.remote_addr] = most * PER_ADDRESS
    return current_app.extensions["seats"].take(limits)
