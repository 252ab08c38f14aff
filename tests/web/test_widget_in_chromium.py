"""The widget on somebody else's page, in headless Chromium: one line of script, styles that cannot reach it."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Iterator

import pytest
from playwright.sync_api import Page, expect

from chatbot.flows.widget import Widget, to_json
from chatbot.store import options
from tests.web.fakes import FakeModel
from tests.web.live import chrome, page, picture  # noqa: F401

HOSTILE = "<style>* { display: none !important; color: red !important } body, h1, html { display: block !important }</style>"


class Host(BaseHTTPRequestHandler):
    """A shop's page with one line of ours. Its own policy allows our script and frame, and no inline styles of ours."""

    ours = ""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Security-Policy", f"script-src {self.ours}; frame-src {self.ours}")
        self.end_headers()
        self.wfile.write(f'<!doctype html>{HOSTILE}<h1>A shop</h1><script src="{self.ours}/widget.js" async></script>'.encode())

    def log_message(self, *args) -> None:
        """Requests of the test are nothing to tell."""


@pytest.fixture
def shop(page: Page) -> Iterator[str]:
    page.goto("/sign-in")
    Host.ours = page.url.removesuffix("/sign-in")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Host)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_one_line_puts_the_chat_into_a_foreign_page(page, house, shop):
    house.client = FakeModel()
    house.client.enqueue("On weekdays, yes.")
    options.put(house.store, "widget", to_json(Widget(enabled=True, sites=(shop,), label="Ask us", colour="#7a1fa2")))
    page.goto(shop)
    button = page.get_by_role("button", name="Ask us")
    expect(button).to_have_css("background-color", "rgb(122, 31, 162)")
    picture(page, "widget-button")
    button.click()
    chat = page.frame_locator("iframe")
    expect(chat.get_by_label("Your message")).to_be_focused(timeout=15_000)  # its scripts have begun
    chat.get_by_label("Your message").fill("Do you deliver?")
    chat.get_by_label("Your message").press("Enter")
    expect(chat.locator("#messages .assistant")).to_contain_text("On weekdays, yes.")
    picture(page, "widget-open")
    assert page.evaluate("history.length") <= 3  # the sign-in page, the shop: the frame adds nothing
    chat.get_by_role("button", name="Close the chat").click()
    expect(button).to_be_focused()
    page.reload()
    page.get_by_role("button", name="Ask us").press("Enter")
    expect(chat.locator("#messages .assistant")).to_contain_text("On weekdays, yes.")
    page.keyboard.press("Escape")
    expect(button).to_be_focused()


def test_a_site_that_is_not_named_shows_nothing(page, chrome, house, shop):
    options.put(house.store, "widget", to_json(Widget(enabled=True, sites=("https://www.example.com",))))
    stranger = chrome.new_page()
    stranger.goto(shop)
    with stranger.expect_console_message(lambda message: "frame-ancestors" in message.text):
        stranger.get_by_role("button").click()
    expect(stranger.frame_locator("iframe").get_by_label("Your message")).to_have_count(0)
    stranger.close()
