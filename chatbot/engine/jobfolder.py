"""A fine-tuning job is a folder. This file is all that runner, trainer and API know of each other.

request.json      what was asked, never changed
training.jsonl    the data as it was at creation (validation.jsonl likewise)
state.json        status and results; only the holder of `lock` writes it
events.jsonl      what happened, oldest first
cancel, pause     flag files: a wish to the trainer
checkpoints/      of the trainer
lock              held by whoever works on the job; says who, if that is a trainer
log.txt           what the trainer wrote to stderr
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Container
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, Iterator, Literal

from chatbot.engine import shelf

FINAL = ("succeeded", "failed", "cancelled")
LOCK_VARIABLE = "HOMEGROWN_JOB_LOCK_FD"  # the runner hands the lock it took to the trainer it starts

JobBusy = shelf.Busy


class JobFolder:
    """The job in the folder `path`."""

    def __init__(self, path: Path | str):
        self.path = Path(path)

    @property
    def id(self) -> str:
        return self.path.name

    @cached_property
    def request(self) -> dict[str, Any]:
        return shelf.read_json(self.path / "request.json")

    def state(self) -> dict[str, Any]:
        return shelf.read_json(self.path / "state.json")

    def update(self, **fields: Any) -> None:
        """Change `fields` of the state. Only for the holder of the lock."""
        shelf.write_json(self.path / "state.json", self.state() | fields)

    def event(
        self,
        message: str,
        level: Literal["info", "warn", "error"] = "info",
        type: Literal["message", "metrics"] = "message",
        data: dict[str, Any] | None = None,
    ) -> None:
        shelf.append_line(self.path / "events.jsonl", new_event(message, level, type, data))

    def events(self) -> list[dict[str, Any]]:
        """Oldest first."""
        return shelf.read_lines(self.path / "events.jsonl")

    def wanted(self) -> Literal["cancel", "pause"] | None:
        """What somebody asked of the running job; to cancel outweighs to pause."""
        return "cancel" if (self.path / "cancel").exists() else "pause" if (self.path / "pause").exists() else None

    def want(self, wish: Literal["cancel", "pause"]) -> None:
        shelf.write(self.path / wish, b"")

    def unwant(self, wish: Literal["cancel", "pause"]) -> None:
        (self.path / wish).unlink(missing_ok=True)

    @contextmanager
    def lock(self) -> Iterator[None]:
        """For the trainer: be the one who works on this job, and say so. Raises JobBusy."""
        handed = os.environ.pop(LOCK_VARIABLE, None)
        descriptor = int(handed) if handed else shelf.try_lock(self.path / "lock")
        os.set_inheritable(descriptor, False)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        try:
            yield
        finally:
            os.close(descriptor)

    @contextmanager
    def hold(self, patience: float = 0.0) -> Iterator[int]:
        """For runner and API: the descriptor of the lock, for a moment. Raises JobBusy."""
        with shelf.lock(self.path / "lock", patience) as descriptor:
            os.ftruncate(descriptor, 0)
            yield descriptor

    def kill(self) -> None:
        """Kill the trainer, and whatever it started, at once."""
        text = (self.path / "lock").read_text()
        try:
            pid = int(text or 0)
            if pid and self._is_trainer(pid):
                os.killpg(pid, signal.SIGKILL) if os.getpgid(pid) == pid else os.kill(pid, signal.SIGKILL)
        except (ProcessLookupError, FileNotFoundError):
            return  # it ended by itself in the meantime

    def _is_trainer(self, pid: int) -> bool:
        """Whether the process was started for this job: the number of a dead trainer may be another process's now."""
        if Path("/proc/self/cmdline").exists():
            words = Path(f"/proc/{pid}/cmdline").read_bytes()
        else:
            words = subprocess.run(["ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True).stdout
        return self.id.encode() in words

    def drop_checkpoints(self) -> None:
        """Remove what only a continuation would need."""
        shutil.rmtree(self.path / "checkpoints", ignore_errors=True)

    def finish(self, status: str, message: str, error: dict[str, Any] | None = None) -> None:
        """End the job as `failed` or `cancelled`, with the event that says so. Only for the holder of the lock."""
        self.event(message, level="error" if error else "info", data={})
        self.update(status=status, error=error, estimated_finish=None)


def new_event(message: str, level: str, type: str, data: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "object": "fine_tuning.job.event",
        "id": shelf.new_id("ftevent-"),
        "created_at": int(time.time()),
        "level": level,
        "message": message,
        "data": data,
        "type": type,
    }


def new_state() -> dict[str, Any]:
    """The state of a job that was just created."""
    return {
        "status": "validating_files",
        "started_at": None,
        "finished_at": None,
        "hyperparameters": None,
        "trained_tokens": None,
        "fine_tuned_model": None,
        "result_files": [],
        "error": None,
        "estimated_finish": None,
        "attempts": 0,
        "attempt_step": -1,
    }


def find(home: Path, job_id: str) -> JobFolder | None:
    path = home / "jobs" / job_id
    return JobFolder(path) if re.fullmatch("ftjob-[A-Za-z0-9]{1,64}", job_id) and path.is_dir() else None


def all_jobs(home: Path, but: Container[str] = ()) -> list[JobFolder]:
    """Oldest first, in a stable order; without those whose ids are in `but`."""
    jobs = [JobFolder(path) for path in shelf.folders(home / "jobs") if path.name not in but]
    return sorted(jobs, key=lambda job: (job.request["created_ns"], job.id))
