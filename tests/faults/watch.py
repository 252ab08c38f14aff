"""Looks at trainers from outside: which one runs, what it is doing, and whether there were ever two."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from chatbot.engine.jobfolder import JobFolder


def until(condition: Callable[[], object], what: str, seconds: float = 600.0, pause: float = 0.02) -> None:
    """Wait for `condition`. Raises TimeoutError that says `what` did not happen."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} did not happen within {seconds:.0f} s")
        time.sleep(pause)


class Trainers:
    """The trainer processes of the engine at `home`, looked at many times a second while the block runs."""

    def __init__(self, home: Path):
        self.home = str(home)
        self.now: set[int] = set()
        self.seen: set[int] = set()
        self.together: set[frozenset[int]] = set()  # those that ran at the same time
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "Trainers":
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(0.02):
            self.now = set(self._find())
            self.seen |= self.now
            if len(self.now) > 1:
                self.together.add(frozenset(self.now))

    def _find(self) -> list[int]:
        found = psutil.process_iter(["pid", "cmdline"])
        return [each.info["pid"] for each in found if self._is_ours(each.info["cmdline"] or [], each.info["pid"])]

    def _is_ours(self, words: list[str], pid: int) -> bool:
        """A dead process whose parent has not looked yet has no words; a fork that is about to become another
        program still has its parent's, but leads no session."""
        ours = "chatbot.engine.trainer" in words and any(word.startswith(self.home) for word in words)
        try:
            return ours and os.getsid(pid) == pid
        except ProcessLookupError:
            return False

    def kill(self) -> int:
        """Kill the trainer that runs, and wait until it is gone. Returns its process id; 0 if there was none."""
        for pid in self.now:
            try:
                process = psutil.Process(pid)
                process.kill()
            except psutil.NoSuchProcess:
                continue
            until(lambda: pid not in self.now, f"the end of process {pid}", 30)
            return pid
        return 0


def steps(job: JobFolder) -> list[tuple[int, float]]:
    """Step and training loss of every step that was reported, in that order."""
    return [(event["data"]["step"], event["data"]["train_loss"]) for event in job.events() if event["type"] == "metrics"]


def complete(job: JobFolder) -> int:
    """The step of the newest complete checkpoint, 0 if there is none."""
    found = [int(path.parent.name.removeprefix("step-")) for path in job.path.glob("checkpoints/step-*/manifest.json")]
    return max(found, default=0)


def saving(job: JobFolder) -> bool:
    """Whether a checkpoint is half written."""
    return any(not (path / "manifest.json").exists() for path in job.path.glob("checkpoints/step-*"))


def publishing(job: JobFolder) -> bool:
    """Whether the folder of a model is half written, by a process that lives or one that was killed."""
    return any(job.path.parents[1].glob("models/.new-*"))
