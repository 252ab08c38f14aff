"""A site of its own on a free port, as `make run` starts it, and a real browser in front of it."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from shutil import which
from typing import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from chatbot.settings import ROOT
from tests.conftest import stop_trainers

PICTURES = ROOT / "build" / "pictures"
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
QUIET += ["--disable-component-update", "--disable-sync"]
START_SECONDS = 60


@dataclass(frozen=True)
class Site:
    """A running site: its address, the one-time set-up link it printed, its folder."""

    address: str
    setup_link: str
    home: Path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until_it_answers(address: str, process: subprocess.Popen[str]) -> None:
    for _ in range(START_SECONDS * 10):
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except OSError:
            assert process.poll() is None, "the site has stopped"
            time.sleep(0.1)
    raise AssertionError(f"no answer from {address} in {START_SECONDS} s")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    home = tmp_path_factory.mktemp("site")
    port = free_port()
    env = {**os.environ, "HOMEGROWN_HOME": str(home), "PORT": str(port), "PYTHONUNBUFFERED": "1"}
    log = home / "site.log"
    with log.open("w") as output:
        command = [sys.executable, "-m", "flask", "serve"]
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=output, stderr=subprocess.STDOUT, text=True)
    try:
        address = f"http://127.0.0.1:{port}"
        wait_until_it_answers(address, process)
        link = re.search(r"http://\S+/set-up/\S+", log.read_text())
        assert link, log.read_text()
        yield Site(address, link[0], home)
    finally:
        process.terminate()
        process.wait(timeout=40)
        stop_trainers(home)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = which("chromium") or which("chromium-browser") or which("google-chrome")
    assert path, "The browser tests need Chromium (Debian: apt-get install chromium)."
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def page(browser: Browser, site: Site) -> Iterator[Page]:
    """One page for the whole story; anything the content security policy blocks fails the test."""
    context = browser.new_context(base_url=site.address, viewport={"width": 1280, "height": 860}, locale="en")
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda line: complaints.append(line.text) if "Content Security Policy" in line.text else None)
    yield page
    context.close()
    assert not complaints


def picture(page: Page, name: str) -> None:
    """Keep a picture of the page as build output."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}.png")
