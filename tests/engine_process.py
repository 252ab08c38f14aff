"""`flask engine`, or the whole site, as a process of its own, on a free port, for tests that look at the product from outside."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from chatbot.engine.bases import DEFAULT

ROOT = Path(__file__).resolve().parent.parent
KEY = "sk-a-key-for-tests-only"
_START = 180.0  # seconds
_OURS = ("OPENAI_", "ENGINE_", "HOMEGROWN_", "DATABASE_URL", "THREADS", "CONTEXT", "MAX_", "ORGANIZATION")


def free_port() -> int:
    """A port nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _borrow_copies(cache: Path) -> None:
    usual = Path(os.environ.get("HOMEGROWN_CACHE") or ROOT / "instance" / "cache")
    for copy in usual.glob(f"*/{DEFAULT}-*"):
        target = cache / copy.relative_to(usual)
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists():
            target.symlink_to(copy)


class EngineProcess:
    """One engine on `home`, or a site with its engine. `variables` are more settings, as in `.env`. The copies of
    installed base models are the usual ones, those of others stay in `home`."""

    def __init__(self, home: Path, site: bool = False, **variables: str):
        self.home, self.port = home, free_port()
        self._command = ["serve"] if site else ["engine", "--port", str(self.port)]
        home.mkdir(parents=True, exist_ok=True)
        _borrow_copies(home / "cache")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
        ours = {"HOMEGROWN_HOME": str(home), "ENGINE_API_KEY": KEY, "PORT": str(self.port)}
        self._environment = kept | ours | variables
        self._process: subprocess.Popen | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def log(self) -> Path:
        return self.home / "engine.log"

    def start(self) -> None:
        """Start, and wait until it answers. Raises RuntimeError with its last words if it does not."""
        with self.log.open("ab") as words:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "flask", *self._command],
                cwd=ROOT, env=self._environment, stdin=subprocess.DEVNULL, stdout=words, stderr=words,
                start_new_session=True,
            )  # fmt: skip
        deadline = time.monotonic() + _START
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise RuntimeError("The engine did not start:\n" + self.log.read_text()[-4000:])
            time.sleep(0.1)

    def _answers(self) -> bool:
        request = urllib.request.Request(f"{self.url}/models", headers={"Authorization": f"Bearer {KEY}"})
        try:
            with urllib.request.urlopen(request, timeout=10) as response:
                return response.status == 200
        except OSError:
            return False

    def stop(self) -> None:
        """As Ctrl+C does."""
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(40)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """Kill the server and its worker at once; trainers are not part of their group and go on."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def __enter__(self) -> "EngineProcess":
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()
