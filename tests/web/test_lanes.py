"""Signing in does not wait for work on data."""

from __future__ import annotations

import time
from threading import Event, Thread

from chatbot.web.offload import DATA, PASSWORDS, offload


def test_passwords_have_a_lane_of_their_own():
    go, begun = Event(), []
    busy = [Thread(target=offload, args=(lambda: (begun.append(1), go.wait(10)),)) for _ in range(3)]
    for thread in busy:
        thread.start()
    until = time.monotonic() + 5
    while len(begun) < 2 and time.monotonic() < until:
        time.sleep(0.01)
    assert offload(lambda: "in", lane=PASSWORDS) == "in"
    assert len(begun) == 2 and not DATA.acquire(blocking=False)
    go.set()
    for thread in busy:
        thread.join()
    assert len(begun) == 3
