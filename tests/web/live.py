"""The site on a port, a real browser in front of it, and pictures of what it shows (kept in `build/screenshots`)."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from threading import Thread
from typing import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from chatbot.settings import ROOT

PICTURES = ROOT / "build" / "screenshots"
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()


class Quiet(WSGIRequestHandler):
    def log_request(self, *args, **kwargs) -> None:
        """Say nothing about requests that went well or were meant to fail."""


@contextmanager
def serve(app: Flask) -> Iterator[str]:
    """Run the site in a thread; gives its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


@pytest.fixture(scope="module")
def chrome() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def page(app: Flask, chrome: Browser) -> Iterator[Page]:
    """An empty tab in front of the site. Fails the test when a script failed or something was blocked."""
    with serve(app) as address:
        context = chrome.new_context(base_url=address, locale="en-US")
        problems = watch(context)
        yield context.new_page()
        context.close()
    assert problems == [], problems


def watch(context: BrowserContext) -> list[str]:
    """Collects every script error and everything the content security policy blocked."""
    problems: list[str] = []
    context.on("weberror", lambda error: problems.append(error.error.stack))
    context.on("console", lambda said: problems.append(said.text) if "Content Security Policy" in said.text else None)
    return problems


def picture(page: Page, name: str) -> None:
    """Photograph the page on a desk and on a phone, in light and in dark; a page must never be wider than its window."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    for width, scheme in ((1280, "light"), (360, "light"), (1280, "dark"), (360, "dark")):
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)
        page.screenshot(path=PICTURES / f"{name}-{width}-{scheme}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} is wider than {width}"
    page.set_viewport_size({"width": 1280, "height": 800})
    page.emulate_media(color_scheme="light")
