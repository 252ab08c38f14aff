"""How a file is read, in headless Chromium: every choice is shown at once, with scripts and without."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.data.fixtures import content_of
from tests.web.live import chrome, picture  # noqa: F401
from tests.web.studio import engine  # noqa: F401
from tests.web.test_studio_in_chromium import enter, file  # noqa: F401


@pytest.fixture(autouse=True)
def patience():
    """A preview is made by a process that gives way to everything else on the machine."""
    expect.set_options(timeout=30_000)
    yield
    expect.set_options(timeout=5_000)


def go_to_the_mapping(page: Page, name: str, content: bytes) -> None:
    page.goto("/admin/data")
    page.get_by_label("Drop a file here").set_input_files(file(name, content))
    page.wait_for_url(re.compile("/admin/data/[0-9a-f]{32}"))
    page.get_by_role("link", name="Change how the file is read").click()
    expect(page.get_by_role("heading", name="The first dialogues")).to_be_visible()


def test_columns_are_chosen_and_shown_at_once(enter):
    page = enter()
    go_to_the_mapping(page, "fragen.csv", content_of("questions.de.csv"))
    expect(page.locator(".bubble.user").first).to_contain_text("Wann haben Sie geöffnet?")
    page.get_by_label("A question and its answer", exact=True).check()
    page.get_by_label("Question", exact=True).select_option("Antwort")
    page.get_by_label("Answer", exact=True).focus()
    page.get_by_label("Answer", exact=True).select_option("Frage")
    expect(page.locator(".bubble.user").first).to_contain_text("Montag bis Freitag")
    expect(page.get_by_label("Answer", exact=True)).to_be_focused()
    picture(page, "mapping-columns")
    page.get_by_role("button", name="Read it like this").click()
    page.wait_for_url(re.compile("/admin/data/[0-9a-f]{32}$"))
    expect(page.locator(".bubble.user").first).to_contain_text("Montag bis Freitag")


def test_the_bot_is_chosen_among_the_speakers(enter):
    page = enter()
    go_to_the_mapping(page, "wechat.txt", content_of("wechat.txt"))
    expect(page.get_by_label("湖边民宿客服")).to_be_checked()
    page.get_by_label("小李").check()
    expect(page.get_by_role("alert").last).to_contain_text("Choose somebody else as the bot")
    expect(page.get_by_role("button", name="Read it like this")).to_be_disabled()
    page.get_by_label("湖边民宿客服").uncheck()
    expect(page.locator(".bubble.user").first).to_contain_text("您好，在的")
    picture(page, "mapping-speakers")


def test_letters_are_put_right(enter):
    page = enter()
    go_to_the_mapping(page, "k.csv", "question,answer\n몇 시에 여나요?,아홉 시에 엽니다.\n주차할 수 있나요?,네 무료입니다.\n".encode("cp949"))
    picture(page, "mapping-letters-wrong")
    page.get_by_label("CP949").check()
    expect(page.locator(".bubble.user").first).to_contain_text("몇 시에 여나요?")
    expect(page.locator(".callout.warn")).to_have_count(0)
    picture(page, "mapping-letters")


def test_without_scripts_a_button_shows_the_choice(enter):
    page = enter(scripts=False)
    page.goto("/admin/data")
    page.get_by_label("Drop a file here").set_input_files(file("wechat.txt", content_of("wechat.txt")))
    page.get_by_role("button", name="Upload").click()
    page.get_by_role("link", name="Change how the file is read").click()
    page.get_by_label("小李").check()
    page.get_by_label("湖边民宿客服").uncheck()
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".bubble.user").first).to_contain_text("您好，在的")
