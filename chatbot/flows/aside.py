"""Heavy work in a process of its own: limited, cancellable, and watched through the files of one folder.

`begin` writes `task.json` and starts `python -m chatbot.flows.aside_child FOLDER`. The child holds `lock` as long as it
lives, tells how far it is in `progress.json`, makes its files in `made/` and writes `outcome.json` last. Nothing is tied
to the process that began it: after a kill -9 of the site the work goes on, and whoever follows it next finds it.

A task is a function `(made, tell, **arguments) -> result`; arguments and result are JSON, `tell` is a `Tell`.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Callable, Iterator, Literal, Protocol

from chatbot.flows.sentences import message_as_json, message_from_json
from chatbot.records import DataError, Message

TASK, LOCK, PROGRESS, OUTCOME, MADE = "task.json", "lock", "progress.json", "outcome.json", "made"
MOST_STARTS = 2  # the second one is for a machine that was switched off
ROOT = Path(__file__).resolve().parents[2]
KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TEMP", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "SYSTEMROOT")
HELD = 100  # the descriptor of the lock in the child
_children: list[int] = []  # only to be waited for: a child that ended stays a zombie until then


class Tell(Protocol):
    """How a task says where it is: the part it is at, its share of the whole work (0 to 1), rows done so far."""

    def __call__(self, part: Message, share: float, rows: int = 0) -> None: ...


@dataclass(frozen=True)
class Limits:
    """How much one task may take."""

    memory_mb: int = 1024
    seconds: int = 600


@dataclass(frozen=True)
class Work:
    """Where a task stands. `error` says why one failed; `made` is the folder of the files of one that is done."""

    state: Literal["running", "done", "failed"]
    made: Path
    arguments: dict[str, Any]
    result: Any = None
    error: Message | None = None
    part: Message | None = None
    share: float = 0
    rows: int = 0
    begun: float = field(default_factory=time.time)  # Unix seconds


def begin(place: Path, task: str, arguments: dict[str, Any], limits: Limits) -> None:
    """Start `task`, a name like `chatbot.flows.reading:read`, in the folder `place`; does nothing if one runs there."""
    place.mkdir(parents=True, exist_ok=True)
    while True:
        with _hold(place) as lock:
            if lock is not None:
                return _start(place, _described(place, task, arguments, limits), lock)
            if not (place / OUTCOME).exists():
                return
        time.sleep(0.01)  # the one before has told its outcome and is about to leave


def follow(place: Path) -> Work | None:
    """Where the work in `place` stands; None if there is none. Work that was broken off is begun once more."""
    with suppress(FileNotFoundError):  # somebody deletes it at this moment
        if (place / TASK).exists() and not (place / OUTCOME).exists():
            with _hold(place) as lock:
                if lock is not None and not (place / OUTCOME).exists():
                    _again(place, _read(place / TASK), lock)
        return _work(place, _read(place / TASK))
    return None


def wait(place: Path, patience: float = 0) -> Work | None:
    """Follow the work until it no longer runs, but no longer than `patience` seconds after it was begun."""
    while (work := follow(place)) and work.state == "running" and time.time() < work.begun + patience:
        time.sleep(0.01)
    return work


def result(place: Path, task: str, arguments: dict[str, Any], limits: Limits) -> Any:
    """Do a task and wait for it; nothing of it stays in `place`. Raises DataError."""
    begin(place, task, arguments, limits)
    try:
        work = wait(place, limits.seconds)
    finally:
        cancel(place)
    if work is None or work.state == "running":
        raise DataError(too_slow(limits.seconds))
    if work.error:
        raise DataError(work.error)
    return work.result


def cancel(place: Path) -> None:
    """End the work in `place`, if there is any, and delete what it made."""
    with suppress(FileNotFoundError):
        while True:
            with _hold(place) as lock:
                if lock is not None:
                    return shutil.rmtree(place)
            with suppress(ValueError, ProcessLookupError):
                os.kill(int((place / LOCK).read_text()), signal.SIGKILL)
            time.sleep(0.01)


@contextmanager
def _hold(place: Path) -> Iterator[int | None]:
    """The descriptor of the lock; None while a child, or somebody else for a moment, has it."""
    lock = os.open(place / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
        else:
            yield lock
    finally:
        os.close(lock)


def _described(place: Path, task: str, arguments: dict[str, Any], limits: Limits) -> dict[str, Any]:
    """A task for a place that holds nothing of an earlier one."""
    for path in place.iterdir():
        if path.name != LOCK:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    return {"task": task, "arguments": arguments, "limits": asdict(limits), "begun": time.time(), "starts": 0}


def _start(place: Path, task: dict[str, Any], lock: int) -> None:
    """Start a child that inherits the lock, so that there is no moment without an owner."""
    _forget_ended()
    write(place / TASK, task | {"starts": task["starts"] + 1})
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    pid = _plain("posix_spawn")(
        sys.executable,
        [sys.executable, "-m", "chatbot.flows.aside_child", str(place.absolute())],
        kept | {"PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"},  # every thread more would count as memory
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
            (os.POSIX_SPAWN_DUP2, lock, HELD),
        ],
    )
    os.ftruncate(lock, 0)
    os.pwrite(lock, str(pid).encode(), 0)
    _children.append(pid)


def _plain(name: str) -> Callable[..., Any]:
    """A function of `os` as Python made it: gevent's only work on the thread of its event loop, and so does `subprocess`."""
    monkey = sys.modules.get("gevent.monkey")
    return monkey.get_original("os", name) if monkey else getattr(os, name)


def _forget_ended() -> None:
    for pid in _children[:]:
        try:
            ended = _plain("waitpid")(pid, os.WNOHANG)[0]
        except ChildProcessError:  # something else has waited for it
            ended = pid
        if ended:
            _children.remove(pid)


def _again(place: Path, task: dict[str, Any], lock: int) -> None:
    """The child is gone and left no outcome: it was killed."""
    if time.time() > task["begun"] + task["limits"]["seconds"]:
        error = too_slow(task["limits"]["seconds"])
    elif task["starts"] >= MOST_STARTS:
        error = Message("The work on this file was broken off twice, perhaps because memory ran out. Split the file and try again.")
    else:
        return _start(place, task, lock)
    write(place / OUTCOME, {"error": message_as_json(error)})


def _work(place: Path, task: dict[str, Any]) -> Work:
    common: dict[str, Any] = {"made": place / MADE, "arguments": task["arguments"], "begun": task["begun"]}
    outcome = _read(place / OUTCOME) if (place / OUTCOME).exists() else None
    if outcome is None:
        progress = _read(place / PROGRESS) if (place / PROGRESS).exists() else {}
        part = progress.pop("part", None)
        return Work("running", **common, part=part and message_from_json(part), **progress)
    if "error" in outcome:
        return Work("failed", **common, error=message_from_json(outcome["error"]))
    return Work("done", **common, result=outcome["result"])


def too_slow(seconds: int) -> Message:
    return Message("This takes more than %(minutes)s min. Split the file into parts, or raise READING_MINUTES.", minutes=round(seconds / 60, 1))


def write(path: Path, value: Any) -> None:
    """Write JSON so that it is there whole or not at all, also after a power cut."""
    part = path.with_name(path.name + ".part")
    with part.open("w", encoding="utf-8") as file:
        json.dump(value, file, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, path)


def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))
