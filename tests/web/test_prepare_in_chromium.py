"""The questions and the page about personal data as a person meets them, in headless Chromium."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page, expect

from chatbot.flows import masking
from chatbot.web.auth import setup_link
from tests.web.conftest import PASSWORD
from tests.web.live import chrome, page, picture  # noqa: F401

TALKS = [(f"My name is Ann{'abcdef'[n]} Lee, order number AB-100{n}", "Call us: 800-555-0199.") for n in range(6)] + [("hello", " "), ("hi", "x" * 10_001)]


@pytest.fixture
def questions(page, house, tmp_path) -> Page:
    """Ann has uploaded a few conversations and stands before the questions."""
    path = tmp_path / "talks.jsonl"
    records = ({"messages": [{"role": "user", "content": asked}, {"role": "assistant", "content": said}]} for asked, said in TALKS)
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    page.goto(setup_link(house).replace("http://127.0.0.1:5000", ""))
    page.get_by_label("Your name").fill("Ann")
    page.get_by_label("E-mail").fill("ann@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Make the account").click()
    page.wait_for_url("**/admin/")
    page.goto("/admin/data")
    page.get_by_label("Drop a file here").set_input_files(path)
    page.get_by_role("link", name="Prepare").first.click()
    page.wait_for_url("**/prepare*")
    return page


def answer(page: Page, question: str, choice: str) -> None:
    """By the keyboard, as the small round buttons lie under their words."""
    page.locator(".finding", has_text=question).get_by_label(choice, exact=True).press("Space")


def test_what_results_is_counted_with_every_answer(questions):
    words = questions.get_by_role("status").filter(has_text="rows:")
    expect(words).to_have_text("8 rows: 0 stay as they are, 6 are changed, 2 are left out.")
    picture(questions, "prepare-questions")
    answer(questions, "Remove conversations with an empty message", "No")
    expect(words).to_have_text("8 rows: 1 stay as they are, 6 are changed, 1 are left out.")
    answer(questions, "Mask personal data", "No")
    expect(words).to_have_text("8 rows: 7 stay as they are, 0 are changed, 1 are left out.")
    answer(questions, "Leave what is your own", "No")
    expect(words).to_have_text("8 rows: 1 stay as they are, 6 are changed, 1 are left out.")
    expect(questions.locator(".finding", has_text="Leave what is your own").get_by_text("is masked too").first).to_be_visible()
    answer(questions, "Mask personal data", "Yes")
    expect(questions.locator(".finding", has_text="Mask personal data").get_by_text("[NAME_1]").nth(1)).to_be_visible()


def test_own_contacts_are_kept_on_the_page_about_personal_data(questions, house):
    questions.get_by_role("link", name="What was found, and what was not").click()
    questions.get_by_text("Show lines").first.click()
    picture(questions, "personal-data")
    questions.get_by_label("800-555-0199").check()
    questions.get_by_label("Order and customer numbers").uncheck()
    questions.get_by_role("button", name="Save").click()
    expect(questions.get_by_label("Never mask these, one a line")).to_have_value("800-555-0199")
    expect(questions.get_by_label("Order and customer numbers")).not_to_be_checked()
    assert masking.choices(house) == {"off": ["ORDER"], "keep": ["800-555-0199"]}
