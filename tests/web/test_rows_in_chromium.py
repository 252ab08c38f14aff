"""The data room as a person meets it: a file becomes rows, rows are mended, saved, compared, taken away, trained on."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.web.live import chrome, picture  # noqa: F401
from tests.web.studio import engine  # noqa: F401
from tests.web.test_rows import CHAT
from tests.web.test_studio_in_chromium import enter  # noqa: F401
from tests.web.test_versions import MANY


def bring(page: Page, name: str, content: bytes) -> None:
    page.goto("/admin/data")
    page.get_by_label("Drop a file here").set_input_files({"name": name, "mimeType": "application/jsonl", "buffer": content})
    page.wait_for_url(re.compile("/admin/data/[0-9a-f]{32}"))


def open_rows(page: Page) -> None:
    page.get_by_role("main").get_by_role("link", name="Rows").click()
    expect(page.get_by_role("heading", name="Rows of")).to_be_visible()


def test_from_a_file_over_mended_rows_to_a_model_that_knows_where_it_comes_from(enter):
    page = enter()
    bring(page, "parcels.jsonl", MANY)
    open_rows(page)
    page.evaluate("window.sameDocument = true")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("e")
    answer = page.locator("#row-2 textarea").last
    expect(page.locator("#row-2 textarea").first).to_be_focused()
    answer.fill("On its way")
    picture(page, "rows-edit")
    answer.press("Control+Enter")
    expect(page.locator("#row-2")).to_contain_text("edited just now")
    expect(page.locator("#row-2")).to_be_focused()
    expect(page.get_by_text("1 change not saved")).to_be_visible()
    page.keyboard.press("Control+z")
    expect(page.get_by_text("Everything is saved")).to_be_visible()
    expect(page.locator("#row-2")).not_to_contain_text("On its way")
    page.keyboard.press("Control+Shift+Z")
    expect(page.locator("#row-2")).to_contain_text("On its way")
    page.locator("#row-3").hover()
    page.get_by_role("button", name="Delete row 3", exact=True).click()
    expect(page.locator("#row-3")).to_contain_text("Bring back")
    page.get_by_text("Add a row").click()
    page.get_by_label("Person").fill("Do you gift-wrap?")
    page.get_by_label("Bot").fill("Yes, for free.")
    page.get_by_role("button", name="Add the row").click()
    expect(page.locator("#row-121")).to_contain_text("Yes, for free.")
    assert page.evaluate("window.sameDocument")
    page.reload()
    expect(page.get_by_text("3 changes not saved")).to_be_visible()
    picture(page, "rows")

    page.get_by_role("link", name="Review and save").click()
    expect(page.locator("ins").first).to_have_text("On its way")
    page.get_by_label("What was done").fill("Mended by hand")
    page.get_by_label("Test", exact=True).fill("20")
    expect(page.get_by_text("24 for the test")).to_be_visible()
    picture(page, "version-new")
    page.get_by_role("button", name="Save as version 2").click()
    expect(page.get_by_text("Version 2 is saved.")).to_be_visible()
    picture(page, "versions")
    with page.expect_download() as csv:
        page.get_by_role("link", name="CSV").first.click()
    assert csv.value.suggested_filename == "parcels 2.csv" and b"On its way" in csv.value.path().read_bytes()
    page.get_by_role("link", name="What changed").click()
    expect(page.get_by_text("1 changed")).to_be_visible()
    picture(page, "difference")

    page.get_by_role("link", name="All versions").click()
    page.get_by_role("link", name="parcels", exact=True).click()
    page.get_by_role("main").get_by_role("link", name="Prepare").click()
    page.get_by_role("button", name="Prepare").click()
    expect(page.get_by_role("heading", name="Ready to train")).to_be_visible()
    picture(page, "dataset-lineage")
    page.get_by_role("main").get_by_role("link", name="Train", exact=True).click()
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.get_by_role("heading", name="Your model is ready")).to_be_visible(timeout=30_000)
    expect(page.locator(".chain")).to_contain_text("Mended by hand")
    picture(page, "training-lineage")


def test_two_tabs_and_a_row_that_cannot_be_learned_from(enter):
    page = enter()
    bring(page, "talks.jsonl", CHAT)
    open_rows(page)
    page.locator("#row-1").hover()
    page.get_by_role("link", name="Edit row 1").click()
    other = page.context.new_page()
    other.goto(page.url)
    other.get_by_role("link", name="Edit row 1").click(force=True)
    other.locator("#row-1").get_by_role("button", name="Split here").first.click()
    expect(other.locator("#row-6")).to_contain_text("split off row 1")
    page.locator("#row-1 textarea").first.fill("The late tab")
    page.locator("#row-1").get_by_role("button", name="Save").last.click()
    expect(page.get_by_role("alert").filter(has_text="in the meantime")).to_be_visible()
    picture(page, "rows-conflict")
    page.keyboard.press("Escape")
    expect(page.locator("#row-1")).to_contain_text("split just now")
    page.locator("#row-2").hover()
    page.get_by_role("link", name="Edit row 2").click()
    page.locator("#row-2 textarea").last.fill("")
    page.locator("#row-2").get_by_role("button", name="Save").last.click()
    expect(page.get_by_role("alert").filter(has_text="cannot be learned from")).to_be_visible()


def test_rows_are_mended_without_scripts(enter):
    page = enter(scripts=False)
    page.goto("/admin/data")
    page.get_by_label("Drop a file here").set_input_files({"name": "talks.jsonl", "mimeType": "application/jsonl", "buffer": CHAT})
    page.get_by_role("button", name="Upload").click()
    open_rows(page)
    page.get_by_role("link", name="Edit row 2").click(force=True)
    page.locator("#row-2 textarea").last.fill("Yes, in four days.")
    page.locator("#row-2").get_by_role("button", name="Save").last.click()
    expect(page.locator("#row-2")).to_contain_text("Yes, in four days.")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#row-2")).to_contain_text("Yes, in five days.")
    page.get_by_label("Search all texts").fill("退货")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_text("1 row found")).to_be_visible()


def test_merging_shows_what_is_there_twice(enter):
    page = enter()
    bring(page, "talks.jsonl", CHAT)
    bring(page, "more.jsonl", CHAT.replace(b"No.", b"Maybe."))
    page.goto("/admin/data")
    page.get_by_role("link", name="Merge datasets").click()
    page.get_by_label("talks").check()
    page.get_by_label("more").check()
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_text("4 rows repeat an earlier one.")).to_be_visible()
    page.get_by_text("Which ones?").click()
    picture(page, "merge")
    page.get_by_role("button", name="Merge").click()
    page.wait_for_url(re.compile("/admin/data/[0-9a-f]{32}"))
    expect(page.get_by_text("Merged from “")).to_be_visible()
    picture(page, "merged")
