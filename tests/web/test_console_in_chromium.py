"""The console as the staff meet it, in headless Chromium: a blind test by keyboard, a person in a visitor's chat, a batch."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from chatbot.store import blind, test_questions, users
from tests.web.fakes import FakeModel
from tests.web.live import chrome, page, picture  # noqa: F401


@pytest.fixture
def model(house) -> FakeModel:
    house.client = FakeModel()
    return house.client


@pytest.fixture
def desk(page: Page, house, model, person) -> Page:
    """Ann, an admin, has signed in."""
    page.goto("/sign-in")
    sid = users.open_session(house.store, person("admin").id)
    page.context.add_cookies([{"name": "sid", "value": sid, "url": page.url}])
    return page


@pytest.fixture
def visitor(desk: Page, chrome) -> Page:
    context = chrome.new_context(base_url=desk.url, locale="en-US")
    yield context.new_page()
    context.close()


def test_a_blind_test_by_keyboard_alone(desk, house, model):
    for question in ("What is a stack?", "What is a queue?"):
        test_questions.add(house.store, question)
    for _ in range(6):
        model.enqueue(0.01, "Last in, ", 0.01, "first out.")
    desk.goto("/console/blind")
    boxes = desk.get_by_role("checkbox")
    boxes.nth(0).focus()
    desk.keyboard.press("Space")
    boxes.nth(1).focus()
    desk.keyboard.press("Space")
    desk.get_by_role("button", name="Begin").focus()
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("button", name="A is better")).to_be_visible()
    expect(desk.locator("#announcer")).to_have_text("Both answers are there. Choose.")
    assert "smollm2" not in desk.content() and "shop" not in desk.content()
    desk.keyboard.press("1")
    expect(desk.locator("#count")).to_have_text("Judged by you: 1")
    expect(desk.get_by_role("button", name="Both the same")).to_be_visible()
    picture(desk, "blind-judge")
    desk.keyboard.press("2")
    expect(desk.locator("#count")).to_have_text("Judged by you: 2")
    (test,) = blind.every(house.store)
    assert {vote.choice for vote in blind.votes(house.store, test.id) if vote.choice} == {"a", "same"}
    desk.goto(f"/console/blind/{test.id}/result")
    expect(desk.get_by_text("No difference is proven yet")).to_be_visible()
    picture(desk, "blind-result")


def test_a_person_joins_the_chat_answers_corrects_and_gives_it_back(desk, visitor, house, model):
    model.enqueue("Parcels fly.")
    visitor.goto("/")
    visitor.get_by_label("Your message").fill("Where is my parcel?")
    visitor.keyboard.press("Enter")
    expect(visitor.get_by_text("Parcels fly.", exact=True).first).to_be_visible()
    visitor.get_by_role("button", name="Talk to a person").click()
    visitor.get_by_role("dialog").locator("textarea").first.fill("It is urgent")
    visitor.get_by_role("dialog").get_by_role("button").last.click()
    expect(visitor.locator("#person-banner")).to_be_visible()

    desk.goto("/console/inbox")
    expect(desk.get_by_role("link", name="Inbox")).to_contain_text("1")
    picture(desk, "inbox")
    desk.get_by_role("link", name="Where is my parcel?").click()
    desk.get_by_role("button", name="Take it").click()
    expect(desk.locator(".said")).to_have_count(2)  # the script has begun
    desk.get_by_label("Your answer").fill("I am looking for it.")
    desk.keyboard.press("Enter")
    expect(visitor.get_by_text("I am looking for it.").first).to_be_visible(timeout=10_000)
    expect(visitor.locator("#person-banner")).to_contain_text("Admin")
    visitor.get_by_label("Your message").fill("Thank you!")
    visitor.keyboard.press("Enter")
    expect(desk.locator("#thread")).to_contain_text("Thank you!", timeout=10_000)
    assert len(model.asked) == 1  # the bot kept silent

    desk.get_by_role("button", name="Correct this answer").click()
    desk.get_by_label("It should say").fill("Parcels take two days.")
    picture(desk, "inbox-talk")
    desk.get_by_role("button", name="Keep").click()
    expect(desk.locator(".said.assistant .opinion-line")).to_contain_text("Parcels take two days.")
    desk.get_by_role("button", name="Give back to the bot").click()
    expect(visitor.locator("#person-banner")).to_be_hidden(timeout=10_000)
    desk.goto("/admin/corrections")
    expect(desk.get_by_label("It should say")).to_have_value("Parcels take two days.")
    picture(desk, "corrections")


def test_the_table_of_a_batch_fills_by_itself(desk, model):
    for word in ("one", "two", "three"):
        model.enqueue(0.7, f"Answer {word}")
    desk.goto("/console/batch")
    desk.get_by_label("Questions, one a line").fill("1?\n2?\n3?")
    picture(desk, "batch")
    desk.get_by_role("button", name="Ask all").click()
    expect(desk.get_by_role("button", name="Stop")).to_be_visible()
    expect(desk.get_by_role("cell", name="Answer one")).to_be_visible(timeout=10_000)
    expect(desk.get_by_role("cell", name="Answer three")).to_be_visible(timeout=10_000)
    expect(desk.get_by_text("Done")).to_be_visible()
    picture(desk, "batch-table")
    with desk.expect_download() as saved:
        desk.get_by_role("link", name="Save as CSV").click()
    assert "Answer two" in saved.value.path().read_text("utf-8-sig")


def test_a_tried_question_is_kept_for_later(desk, house, model):
    desk.goto("/console")
    desk.get_by_label("Question", exact=True).fill("Do you ship to Norway?")
    desk.get_by_role("button", name="Save as test question").click()
    expect(desk.get_by_text("The question is kept.")).to_be_visible()
    desk.get_by_role("link", name="Test questions").click()
    expect(desk.get_by_role("cell", name="Do you ship to Norway?")).to_be_visible()
    picture(desk, "test-questions")
