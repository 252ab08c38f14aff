"""What the chat page weighs and how smooth it is, in headless Chromium on this machine. Run it by `make bench-page`.

Prints the bytes of the first load, the first paint, how long a conversation of 2,000 messages takes to open, and the
frame times while an answer is written in it. The model is a stand-in: the page is measured, not the answer."""

from __future__ import annotations

import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator

from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page

from chatbot import create_app
from chatbot.settings import ROOT, Settings
from chatbot.store import Store, conversations
from chatbot.store.tables import Message
from tests.web.fakes import FakeModel
from tests.web.live import chromium

RUNS = 7
MESSAGES = 2000
ANSWER = (Path(__file__).parent.parent / "web" / "answer.md").read_text("utf-8")
TARGETS = {"bytes": 150_000, "paint": 300, "open": 500, "frame": 1000 / 60}
SHOWN_AT = """() => document.querySelector('#messages > .message:last-child .body')?.textContent && performance.now()"""
FRAMES = """() => { window.frames_ = []; let last = performance.now();
    const tick = (now) => { frames_.push(now - last); last = now; requestAnimationFrame(tick); }; requestAnimationFrame(tick); }"""


def site() -> Flask:
    """What the server serves: the site, with one long answer waiting in a stand-in for the model."""
    app = create_app(Settings(home=Path(os.environ["HOMEGROWN_HOME"])))
    app.extensions["homegrown"].client = model = FakeModel()
    model.enqueue(*[part for word in (ANSWER * 3).split(" ") for part in (0.008, f"{word} ")])
    return app


@contextmanager
def serve(home: str) -> Iterator[str]:
    """The site as it is served every day, in a process of its own; gives its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        bind = f"127.0.0.1:{free.getsockname()[1]}"
    options = ["--worker-class", "gevent", "--bind", bind, "--keep-alive", "5", "--log-level", "warning", "--no-control-socket"]
    command = [sys.executable, "-m", "gunicorn", *options, "tests.bench.page:site()"]
    server = subprocess.Popen(command, cwd=ROOT, env=os.environ | {"HOMEGROWN_HOME": home})
    try:
        wait_for(bind, server)
        yield f"http://{bind}"
    finally:
        server.terminate()
        server.wait(30)


def wait_for(bind: str, server: subprocess.Popen) -> None:
    host, port = bind.split(":")
    for _ in range(300):
        if server.poll() is not None:
            raise RuntimeError("The server has ended.")
        with socket.socket() as door:
            if door.connect_ex((host, int(port))) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError("The server does not answer.")


def fill(store: Store, conversation_id: str) -> None:
    """A conversation of many messages: questions and real answers in turn."""
    with store.write() as session:
        parent = None
        for number in range(MESSAGES):
            role = "assistant" if number % 2 else "user"
            content = ANSWER if number % 2 else f"Question {number}: what is breadth-first search?"
            said = Message(conversation_id=conversation_id, role=role, content=content, status="complete", parent_id=parent)
            session.add(said)
            session.flush()
            parent = said.id
    conversations.change(store, conversation_id, title="A long one")


def first_load(chrome: Browser, address: str) -> tuple[int, int, float]:
    """Bytes over the wire, number of requests, and milliseconds to the first paint, with an empty cache."""
    context = chrome.new_context(base_url=address)
    page = context.new_page()
    requests: list = []
    page.on("requestfinished", lambda request: requests.append(request))
    page.goto("/", wait_until="networkidle")
    sizes = [request.sizes() for request in requests]
    paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    context.close()
    return sum(size["responseBodySize"] + size["responseHeadersSize"] for size in sizes), len(sizes), paint


def opening(context: BrowserContext, path: str) -> float:
    """Milliseconds from the click on a link to the last message on the page."""
    page = context.new_page()
    page.goto(path, wait_until="commit")
    shown = page.wait_for_function(SHOWN_AT, polling="raf").json_value()
    page.close()
    return shown


def streaming(page: Page, path: str) -> tuple[list[float], int]:
    """Frame times in milliseconds while an answer of many words is written, and how many messages changed."""
    page.goto(path, wait_until="networkidle")
    page.get_by_label("Your message").fill("And once more?")
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.querySelector('#messages > .message:last-child .body').textContent.length > 40")
    page.evaluate(FRAMES)
    page.wait_for_selector('#messages > .message:last-child[data-status="complete"]', timeout=120_000)
    return page.evaluate("frames_.slice(2)"), page.locator("#messages > .message").count()


def told(name: str, value: float, unit: str, target: float | None = None, note: str = "") -> None:
    verdict = "" if target is None else f"   target ≤ {target:g} {unit}   {'met' if value <= target else 'MISSED'}"
    print(f"{name:<44} {value:>9.1f} {unit}{verdict}{note}")


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        with serve(home) as address, chromium() as chrome:
            measure(chrome, Store(Settings(home=Path(home)).database), address)


def measure(chrome: Browser, store: Store, address: str) -> None:
    loads = [first_load(chrome, address) for _ in range(RUNS)]
    size, requests, _ = loads[0]
    told("first load, all of it, compressed", size / 1000, "kB", TARGETS["bytes"] / 1000, f"   {requests} requests")
    told("first paint, median", statistics.median(paint for *_, paint in loads), "ms", TARGETS["paint"])
    context = chrome.new_context(base_url=address)
    page = context.new_page()
    page.goto("/")
    talk = page.evaluate("import('/static/js/base.js').then(({send}) => send('/chat/conversations', {json: {}})).then((r) => r.json())")
    fill(store, talk["id"])
    path = f"/c/{talk['id']}"
    told(f"opening {MESSAGES:,} messages, median", statistics.median(opening(context, path) for _ in range(RUNS)), "ms", TARGETS["open"])
    frames, drawn = streaming(page, path)
    told("frame while an answer is written, median", statistics.median(frames), "ms", TARGETS["frame"] + 0.1, f"   {len(frames)} frames")
    told("… 95 of 100 frames", statistics.quantiles(frames, n=100)[94], "ms")
    told("… the longest", max(frames), "ms")
    told("… frames that came too late", 100 * sum(frame > 1.5 * TARGETS["frame"] for frame in frames) / len(frames), "%")
    told("messages on the page meanwhile", drawn, "")
    context.close()


if __name__ == "__main__":
    main()
