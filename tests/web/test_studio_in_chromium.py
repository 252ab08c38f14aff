"""The Studio as a person meets it, in headless Chromium, with and without scripts."""

from __future__ import annotations

import re
from typing import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from chatbot.store import datasets, users
from chatbot.web.security import SESSION_COOKIE
from tests.web.live import chrome, picture, serve, watch  # noqa: F401
from tests.web.studio import CSV, engine  # noqa: F401


@pytest.fixture
def enter(app, house, person, chrome, engine) -> Iterator[Callable[..., Page]]:
    """`enter()` opens a page of an admin; `enter(scripts=False)` one whose browser runs none."""
    problems: list[str] = []
    session = users.open_session(house.store, person("admin").id)
    with serve(app) as address:

        def open_page(scripts: bool = True) -> Page:
            context = chrome.new_context(base_url=address, locale="en-US", java_script_enabled=scripts)
            context.add_cookies([{"name": SESSION_COOKIE, "value": session, "url": address}])
            if scripts:
                problems.append(watch(context))
            return context.new_page()

        yield open_page
        for context in chrome.contexts:
            context.close()
    assert not any(problems), problems


def file(name: str, content: bytes) -> dict:
    return {"name": name, "mimeType": "text/csv", "buffer": content}


def go_to_a_prepared_dataset(page: Page) -> None:
    page.goto("/admin/data")
    page.get_by_role("button", name="Use the sample").click()
    page.get_by_role("link", name="Prepare").last.click()
    page.get_by_role("button", name="Prepare").click()
    expect(page.get_by_role("heading", name="Ready to train")).to_be_visible()


def test_a_chosen_file_is_sent_at_once_and_an_error_stays_on_the_page(enter):
    page = enter()
    page.goto("/admin/data")
    picture(page, "data-empty")
    page.get_by_label("Drop a file here").set_input_files(file("empty.csv", b""))
    expect(page.get_by_role("alert")).to_contain_text("empty.csv is empty")
    page.get_by_label("Drop a file here").set_input_files(file("talks.csv", CSV))
    page.wait_for_url(re.compile("/admin/data/[0-9a-f]{32}"))
    expect(page.get_by_role("heading", name="talks")).to_be_visible()


def test_a_file_can_be_dropped(enter, house):
    page = enter()
    page.goto("/admin/data")
    dropped = page.evaluate_handle(
        "text => { const all = new DataTransfer(); all.items.add(new File([text], 'dropped.csv')); return all; }", CSV.decode()
    )
    page.dispatch_event("form[data-upload]", "drop", {"dataTransfer": dropped})
    page.wait_for_url(re.compile("/admin/data/[0-9a-f]{32}"))
    assert datasets.every(house.store)[0].filename == "dropped.csv"


def test_a_file_over_the_limit_is_not_even_sent(enter, house):
    object.__setattr__(house.settings, "max_upload_mb", 1)
    page = enter()
    page.goto("/admin/data")
    page.get_by_label("Drop a file here").set_input_files(file("big.csv", b"x" * 1_100_000))
    expect(page.get_by_role("alert")).to_contain_text("larger than 1 MB")


def test_a_training_moves_without_reloading(enter):
    page = enter()
    go_to_a_prepared_dataset(page)
    picture(page, "prepared")
    page.get_by_role("main").get_by_role("link", name="Train", exact=True).click()
    estimate = page.locator("[data-part=forecast]")
    before = estimate.inner_text()
    page.get_by_label("Epochs").fill("50")
    expect(estimate).not_to_have_text(before)
    page.get_by_label("Epochs").fill("")
    page.get_by_label("Name it").fill("slow")
    picture(page, "training-form")
    page.get_by_role("button", name="Train", exact=True).click()
    page.wait_for_url(re.compile("ftjob-"))
    page.evaluate("window.sameDocument = true")
    expect(page.locator("[data-part=steps]")).to_have_text("Step 12 of 30", timeout=20_000)
    expect(page).to_have_title(re.compile("^40 % · Training on"))
    expect(page.locator("[data-part=badge]")).to_have_text("Training")
    assert page.evaluate("window.sameDocument")
    assert len(page.get_attribute("[data-part=train]", "points").split()) == 12
    box = page.locator("[data-part=chart]").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 30, box["y"] + 20)
    expect(page.locator("[data-part=reading]")).to_have_text("Step 1: 3.00")
    picture(page, "training-running")
    page.get_by_role("button", name="Cancel training").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel training").click()
    expect(page.get_by_text("This training was cancelled")).to_be_visible(timeout=20_000)


def test_the_end_of_a_training_offers_to_put_it_live(enter):
    page = enter()
    go_to_a_prepared_dataset(page)
    page.get_by_role("main").get_by_role("link", name="Train", exact=True).click()
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.get_by_role("heading", name="Your model is ready")).to_be_visible(timeout=20_000)
    expect(page.get_by_role("link", name="Try it")).to_be_visible()
    picture(page, "training-done")
    page.get_by_role("button", name="Put live").click()
    expect(page.get_by_text("answers your visitors now")).to_be_visible()
    picture(page, "models")
    page.goto("/admin/")
    picture(page, "overview")


def test_everything_works_without_scripts(enter):
    page = enter(scripts=False)
    page.goto("/admin/data")
    page.get_by_label("Drop a file here").set_input_files(file("talks.csv", CSV))
    page.get_by_role("button", name="Upload").click()
    page.get_by_role("button", name="The person").click()
    page.get_by_role("button", name="The bot").click()
    page.get_by_role("link", name="Prepare").click()
    page.get_by_role("button", name="Completion model").click()
    page.get_by_role("radio", name="No").first.check(force=True)
    expect(page.locator("mark:visible").first).to_be_visible()
    page.get_by_role("button", name="Prepare").click()
    page.get_by_role("main").get_by_role("link", name="Train", exact=True).click()
    page.get_by_label("Name it").fill("slow")
    page.get_by_role("button", name="Train", exact=True).click()
    for _ in range(20):  # without scripts the page is loaded again by hand
        page.wait_for_timeout(1000)
        page.reload()
        if page.get_by_text("Step 12 of 30").is_visible():
            break
    expect(page.get_by_text("Step 12 of 30")).to_be_visible()
    page.get_by_role("button", name="Cancel training").click()
    expect(page.get_by_text("This training was cancelled")).to_be_visible()
