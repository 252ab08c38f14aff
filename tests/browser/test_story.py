"""The main story in a real browser: sign up, upload, prepare, train, put live, chat, Stop. Each test is a chapter."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site, picture

EMAIL, PASSWORD = "ada@example.org", "seven green umbrellas"
TRAIN_SECONDS = 600
ODD_WORD = "zorbulate"


@pytest.fixture(scope="module")
def dialogues(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop whose bot says one odd word in every answer: whoever says it has learned it here."""
    things = ["tea", "bread", "soap", "lamp", "rope", "salt", "glue", "wool", "seeds", "paint", "nails", "honey", "chalk", "corks"]
    rows = ["Welcome to the shop."]
    for thing in things:
        rows += [f"do you sell {thing}", f"Yes, we {ODD_WORD} {thing} every day."]
    path = tmp_path_factory.mktemp("data") / "shop.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([["Text"], *([row] for row in [*rows, "bye"])])
    return path


def test_the_first_admin_makes_an_account(page: Page, site: Site):
    page.goto(site.setup_link)
    picture(page, "set-up")
    page.get_by_label("Your name").fill("Ada")
    page.get_by_label("E-mail").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Make the account").click()
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    picture(page, "overview")


def test_the_set_up_link_works_once(page: Page, site: Site):
    assert page.request.get(site.setup_link).status in (404, 410)


def test_dialogues_are_uploaded_and_looked_at(page: Page, dialogues: Path):
    page.goto("/admin/data")
    picture(page, "data-empty")
    page.get_by_label("Drop a file here").set_input_files(dialogues)
    submit = page.get_by_role("button", name="Upload")
    if submit.is_visible():
        submit.click()
    expect(page.get_by_text("do you sell tea")).to_be_visible()
    picture(page, "dataset")


def test_questions_are_answered(page: Page):
    page.get_by_role("link", name="Prepare").first.click()
    picture(page, "prepare")
    page.get_by_role("button", name="Prepare").click()
    expect(page.get_by_role("link", name="Train").last).to_be_visible()
    picture(page, "prepared")


def test_a_model_is_trained_while_one_watches(page: Page):
    page.get_by_role("main").get_by_role("link", name="Train").first.click()
    page.get_by_label("Name it").fill("shop")
    page.get_by_label("Epochs").fill("8")
    picture(page, "train")
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.get_by_role("button", name="Cancel training")).to_be_visible(timeout=30_000)  # once the data is embedded
    expect(page.locator("[data-part=steps]")).to_contain_text("Step", ignore_case=True, timeout=120_000)
    picture(page, "training")
    expect(page.get_by_role("button", name="Put live")).to_be_visible(timeout=TRAIN_SECONDS * 1000)
    picture(page, "trained")


def test_its_answers_are_found_by_meaning(site: Site):
    (facts,) = [json.loads(path.read_text()) for path in (site.home / "answers").glob("*/current")]
    assert facts["vectors"], "made on a thread beside the event loop"


def test_the_model_goes_live(page: Page):
    page.get_by_role("button", name="Put live").click()
    expect(page.get_by_text("answers your visitors").first).to_be_visible()
    page.goto("/admin/models")
    expect(page.get_by_text("shop").first).to_be_visible()
    picture(page, "models")


def test_the_model_is_evaluated(page: Page, tmp_path: Path):
    questions = tmp_path / "questions.jsonl"
    questions.write_text(json.dumps({"question": "is tea sold here", "answer": "Yes", "must": [ODD_WORD]}) + "\n")
    page.goto("/admin/evaluation")
    page.locator("input[type=file]").set_input_files(questions)
    page.get_by_role("button", name="Evaluate", exact=True).click()
    expect(page.get_by_text("Done", exact=True)).to_be_visible(timeout=120_000)
    expect(page.get_by_text("Tuned with answers").first).to_be_visible()
    picture(page, "evaluated")


def ask(page: Page, text: str) -> None:
    page.get_by_label("Your message").fill(text)
    page.keyboard.press("Enter")


def test_a_visitor_gets_the_answer_that_was_learned(page: Page, browser, site: Site):
    context = browser.new_context(base_url=site.address, viewport={"width": 360, "height": 740}, locale="en")
    visitor = context.new_page()
    visitor.goto("/")
    picture(visitor, "chat-phone-empty")
    ask(visitor, "do you sell honey")
    answer = visitor.locator(".message.assistant .body").last
    expect(answer).to_contain_text(ODD_WORD, timeout=60_000)
    expect(visitor.get_by_role("button", name="Stop")).to_be_hidden(timeout=60_000)
    picture(visitor, "chat-phone")
    said = answer.inner_text()
    visitor.reload()
    expect(visitor.locator(".message.assistant .body").last).to_have_text(said)
    context.close()


def test_stop_keeps_the_part_so_far(page: Page, site: Site):
    page.goto("/admin/models")
    page.get_by_role("button", name="Take back").first.click()  # the base model talks longer
    page.get_by_role("dialog").get_by_role("button", name="Take back").click()
    expect(page.get_by_text("answers your visitors again")).to_be_visible()
    page.goto("/admin/settings")
    page.get_by_label("Longest answer").first.fill("2000")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.").first).to_be_visible()
    page.goto("/")
    ask(page, "Tell me a very long story about a river, with every detail.")
    answer = page.locator(".message.assistant .body").last
    expect(answer).to_contain_text(" ", timeout=60_000)
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".message .note").get_by_text("This answer was stopped.")).to_be_visible()
    picture(page, "chat-stopped")
    for _ in range(20):  # what was said is saved when the server notices that nobody listens any more
        page.reload()
        if page.locator(".message.assistant .body").count():
            break
        page.wait_for_timeout(500)
    expect(page.locator(".message.assistant .body").last).not_to_be_empty()
    expect(page.locator(".message .note").get_by_text("This answer was stopped.")).to_be_visible()
