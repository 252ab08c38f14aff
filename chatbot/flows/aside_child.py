"""The process that does one task aside: `python -m chatbot.flows.aside_child FOLDER` (see `aside`).

It gives way to the site, keeps to its limits, and whatever happens to it in Python ends as a result or a sentence.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import signal
import sys
import time
import traceback
from importlib import import_module
from pathlib import Path
from typing import Any

from chatbot.flows.aside import MADE, OUTCOME, PROGRESS, TASK, Limits, too_slow, write
from chatbot.flows.sentences import message_as_json
from chatbot.records import HomegrownError, Message
from chatbot.store.dataset_files import FULL, NO_SPACE

PRIORITY = 10  # after the site and its chats, before trainings
AT_ONCE = 0.7  # seconds of work before which nobody has to give way: most files are read by then
PAUSE = 0.2  # seconds between two notes of progress


class OutOfTime(BaseException):
    """Not an Exception: a reader that mends what it meets must not mend this."""


class Progress:
    """Writes where the task is, not too often."""

    def __init__(self, path: Path):
        self.path, self.told = path, 0.0

    def __call__(self, part: Message, share: float, rows: int = 0) -> None:
        if time.monotonic() < self.told + PAUSE:
            return
        self.told = time.monotonic()
        new = self.path.with_name(self.path.name + ".part")
        new.write_text(json.dumps({"part": message_as_json(part), "share": share, "rows": rows}), encoding="utf-8")
        os.replace(new, self.path)


def main(place: Path) -> None:
    task = json.loads((place / TASK).read_text(encoding="utf-8"))
    limits = Limits(**task["limits"])
    gc.disable()  # what a task makes it keeps until it ends: looking through it again and again costs a fifth of the time
    _leave_the_terminal()
    signal.signal(signal.SIGPROF, _give_way)
    signal.setitimer(signal.ITIMER_PROF, AT_ONCE)
    _restrict(limits, time.time() - task["begun"])
    (place / MADE).mkdir(exist_ok=True)
    outcome = _outcome(place, task, limits)
    for path in filter(Path.is_file, (place / MADE).rglob("*")):  # on the disk before the outcome is, which says that they are
        with path.open("rb") as file:
            os.fsync(file)
    write(place / OUTCOME, outcome)


def _leave_the_terminal() -> None:
    """A Ctrl+C there is for the site. The first to be killed when memory runs out are we."""
    if os.getsid(0) != os.getpid():
        os.setsid()
    victim = Path("/proc/self/oom_score_adj")
    if victim.exists():
        victim.write_text("900")


def _give_way(*_: Any) -> None:
    """Let the site go first."""
    os.setpriority(os.PRIO_PROCESS, 0, PRIORITY)
    # Linux weighs sessions against each other before it looks at priorities inside them (sched(7), autogroup)
    session = Path("/proc/self/autogroup")
    if session.exists():
        session.write_text(str(PRIORITY))


def _restrict(limits: Limits, spent: float) -> None:
    resource.setrlimit(resource.RLIMIT_DATA, (limits.memory_mb << 20,) * 2)
    # a library that never comes back to Python gets no signal handled: the system ends it
    resource.setrlimit(resource.RLIMIT_CPU, (limits.seconds + 5,) * 2)
    signal.signal(signal.SIGALRM, _out_of_time)
    signal.setitimer(signal.ITIMER_REAL, max(0.01, limits.seconds - spent))


def _out_of_time(*_: Any) -> None:
    raise OutOfTime


def _outcome(place: Path, task: dict[str, Any], limits: Limits) -> dict[str, Any]:
    module, function = task["task"].split(":")
    try:
        result = getattr(import_module(module), function)(place / MADE, Progress(place / PROGRESS), **task["arguments"])
        return {"result": result}
    except (Exception, OutOfTime) as error:
        return {"error": message_as_json(_sentence(error, limits))}
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _sentence(error: BaseException, limits: Limits) -> Message:
    if isinstance(error, HomegrownError):
        return error.message
    if isinstance(error, OutOfTime):
        return too_slow(limits.seconds)
    if isinstance(error, MemoryError):
        text = "This takes more than %(n)s MB of memory. Split the file into parts, or raise READING_MEMORY_MB."
        return Message(text, n=limits.memory_mb)
    if isinstance(error, OSError) and error.errno in NO_SPACE:
        return FULL
    traceback.print_exception(error)
    return Message("This file could not be worked on (%(error)s). The log of the site says more.", error=f"{type(error).__name__}: {error}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
    os._exit(0)  # without the second or so it can take to free millions of rows one by one
