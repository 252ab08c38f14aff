"""Work aside: it gives a result or a sentence, keeps its limits, can be cancelled, and outlives whoever began it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from chatbot.flows import aside
from chatbot.flows.aside import Limits
from chatbot.records import DataError, Message
from chatbot.settings import ROOT

PATIENCE = 60


# The tasks. They run in the child, so they only see their arguments.


def write(made: Path, tell, text: str) -> dict:
    (made / "text").write_text(text)
    return {"n": len(text)}


def refuse(made: Path, tell) -> None:
    raise DataError(Message("Line %(line)s: %(why)s.", line=3, why=Message("no text")))


def crash(made: Path, tell) -> None:
    raise RuntimeError("a bug")


def swell(made: Path, tell, mb: int) -> int:
    return len(b"x" * (mb << 20))


def stay(made: Path, tell) -> None:
    deadline = time.monotonic() + 600
    while time.monotonic() < deadline:
        time.sleep(0.01)
        tell(Message("Row %(n)s", n=7), 0.25, 7)


def stay_once(made: Path, tell, mark: str) -> str:
    """Waits to be killed; the second time it is done at once."""
    if Path(mark).exists():
        return "again"
    Path(mark).write_text(str(os.getpid()))
    stay(made, tell)


def niceness(made: Path, tell) -> list:
    while time.process_time() < 1.5:
        pass
    return [os.getpriority(os.PRIO_PROCESS, 0), sorted(os.environ)]


def begin(place: Path, task: str, limits: Limits = Limits(), **arguments) -> None:
    aside.begin(place, f"{__name__}:{task}", arguments, limits)


def until(true, seconds: float = PATIENCE) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.fixture
def place(tmp_path: Path):
    yield tmp_path / "work"
    aside.cancel(tmp_path / "work")


def test_a_result_and_files_come_back(place: Path) -> None:
    begin(place, "write", text="hello")
    work = aside.wait(place, PATIENCE)
    assert (work.state, work.result, work.arguments) == ("done", {"n": 5}, {"text": "hello"})
    assert (work.made / "text").read_text() == "hello"


def test_what_a_person_can_mend_comes_back_as_it_was_said(place: Path) -> None:
    begin(place, "refuse")
    work = aside.wait(place, PATIENCE)
    assert work.state == "failed" and work.error == Message("Line %(line)s: %(why)s.", line=3, why=Message("no text"))


def test_a_bug_is_a_sentence_too(place: Path) -> None:
    begin(place, "crash")
    assert "RuntimeError: a bug" in str(aside.wait(place, PATIENCE).error)


def test_memory_has_a_limit(place: Path) -> None:
    begin(place, "swell", Limits(memory_mb=200), mb=100)
    assert aside.wait(place, PATIENCE).result == 100 << 20
    begin(place, "swell", Limits(memory_mb=200), mb=300)
    assert "more than 200 MB of memory" in str(aside.wait(place, PATIENCE).error)


def test_time_has_a_limit(place: Path) -> None:
    begin(place, "stay", Limits(seconds=1))
    assert "READING_MINUTES" in str(aside.wait(place, PATIENCE).error)


def test_progress_is_told_and_a_second_start_changes_nothing(place: Path) -> None:
    begin(place, "stay")
    until(lambda: aside.follow(place).rows == 7)
    begin(place, "write", text="other")
    work = aside.follow(place)
    assert (work.state, str(work.part), work.share, work.arguments) == ("running", "Row 7", 0.25, {})


def test_cancel_ends_the_process_and_leaves_nothing(place: Path) -> None:
    begin(place, "stay")
    pid = int((place / aside.LOCK).read_text())
    aside.cancel(place)
    assert not place.exists() and aside.follow(place) is None
    until(lambda: not psutil.pid_exists(pid) or psutil.Process(pid).status() == "zombie")


def test_killed_work_is_begun_once_more(place: Path, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    begin(place, "stay_once", mark=str(mark))
    until(lambda: mark.exists() and mark.read_text())
    os.kill(int(mark.read_text()), signal.SIGKILL)
    assert aside.wait(place, PATIENCE).result == "again"


def test_work_that_dies_twice_is_given_up(place: Path) -> None:
    begin(place, "stay")
    for _ in range(2):
        until(lambda: aside.follow(place).rows == 7)
        os.kill(int((place / aside.LOCK).read_text()), signal.SIGKILL)
        (place / aside.PROGRESS).unlink(missing_ok=True)
        until(lambda: aside.follow(place).rows == 0)
    assert "broken off twice" in str(aside.wait(place, PATIENCE).error)


def test_work_goes_on_when_its_beginner_is_killed(place: Path) -> None:
    script = f"import tests.test_aside as t, os; from pathlib import Path; t.begin(Path({str(place)!r}), 'stay'); os.kill(os.getpid(), 9)"
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT).returncode == -9
    until(lambda: aside.follow(place).rows == 7)
    assert aside.follow(place).state == "running"


def test_the_child_gives_way_and_knows_no_secrets(place: Path, monkeypatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    begin(place, "niceness")
    nice, names = aside.wait(place, PATIENCE).result
    assert nice >= 10 and "OPENAI_API_KEY" not in names


UNDER_GEVENT = """
from gevent import monkey
monkey.patch_all()
import sys
from pathlib import Path
import gevent
from chatbot.flows import aside
from chatbot.web.offload import offload

place = Path(sys.argv[1])
begin = lambda name: aside.begin(place / name, "tests.test_aside:write", {"text": name}, aside.Limits())
gevent.spawn(begin, "loop").get()
offload(begin, "thread")
print([gevent.spawn(aside.wait, place / name, 60).get().result["n"] for name in ("loop", "thread")])
"""


def test_work_begins_under_gevent_on_its_loop_and_in_its_threads(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", UNDER_GEVENT, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.stdout == "[4, 6]\n", done.stderr


@pytest.mark.parametrize("module", ["reading", "looking", "rewriting"])
def test_the_child_starts_without_what_it_does_not_need(module: str) -> None:
    script = f"import sys, chatbot.flows.{module}; print({{'sqlalchemy', 'flask', 'torch', 'openai', 'gevent'}} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.strip() == "set()", "half a second for every file: " + done.stdout + done.stderr
