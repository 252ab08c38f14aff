"""Heavy work leaves the event loop of gevent running, and may use the store."""

from __future__ import annotations

import subprocess
import sys

from chatbot.settings import ROOT

SCRIPT = """
from gevent import monkey
monkey.patch_all()
import sys, threading, time
import gevent
from chatbot.store import Store, options
from chatbot.web.offload import offload

store = Store(sys.argv[1])
ticks, longest, last = 0, 0.0, time.monotonic()

def tick():
    global ticks, longest, last
    while True:
        gevent.sleep(0.005)
        now = time.monotonic()
        ticks, longest, last = ticks + 1, max(longest, now - last), now

def heavy(number):
    for _ in range(3):
        sum(range(2_000_000))
        with store.write() as session:
            option = session.get(options.Option, "n") or options.Option(key="n", value=0)
            option.value += 1
            session.add(option)
    return number

gevent.spawn(tick)
jobs = [gevent.spawn(offload, heavy, number) for number in range(8)]
reads = [gevent.spawn(options.get, store, "n") for _ in range(50)]
gevent.joinall(jobs + reads, timeout=60, raise_error=True)
print([job.value for job in jobs] == list(range(8)), options.get(store, "n") == 24, ticks > 10, longest < 0.5, longest, ticks)
"""


def test_the_event_loop_runs_on_while_threads_work_and_write(tmp_path):
    url = f"sqlite:///{tmp_path / 'homegrown.db'}"
    done = subprocess.run([sys.executable, "-c", SCRIPT, url], cwd=ROOT, capture_output=True, text=True, timeout=90)
    assert done.stdout.split()[:4] == ["True"] * 4, done.stdout + done.stderr


QUIET = """
from gevent import monkey
monkey.patch_all()
from chatbot.records import DataError
from chatbot.web.offload import offload

def heavy():
    raise DataError("This file is empty.")

try:
    offload(heavy)
except DataError as error:
    print(error)
"""


def test_an_error_reaches_the_caller_and_nothing_else():
    done = subprocess.run([sys.executable, "-c", QUIET], cwd=ROOT, capture_output=True, text=True, timeout=90)
    assert (done.stdout, done.stderr) == ("This file is empty.\n", "")
