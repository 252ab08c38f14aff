"""The chat and the console as a person meets them, in headless Chromium, with a model that says what the test tells it."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from chatbot.client import BackendError
from chatbot.store import users
from tests.web.fakes import FakeModel
from tests.web.live import chrome, page, picture  # noqa: F401

ANSWER = (Path(__file__).parent / "answer.md").read_text("utf-8")
SLOWLY = [part for n in range(400) for part in (0.02, f"word{n} ")]
HOSTILE = (Path(__file__).parent / "hostile.md").read_text("utf-8").split("\n")


@pytest.fixture
def model(house) -> FakeModel:
    house.client = FakeModel()
    return house.client


@pytest.fixture
def chat(page: Page, model: FakeModel) -> Page:
    page.goto("/")
    return page


def say(chat: Page, text: str) -> None:
    chat.get_by_label("Your message").fill(text)
    chat.keyboard.press("Enter")


def last(chat: Page):
    return chat.locator("#messages > .message").last


def test_an_answer_streams_and_only_its_own_message_changes(chat, model):
    picture(chat, "chat-welcome")
    model.enqueue("First answer.")
    say(chat, "first question")
    expect(last(chat)).to_have_attribute("data-status", "complete")
    chat.evaluate("""() => {
        window.touched = new Set();
        const list = document.getElementById('messages');
        const note = ({target}) => touched.add([...list.children].findIndex((message) => message.contains(target)));
        new MutationObserver((changes) => changes.forEach(note)).observe(list, {subtree: true, childList: true, characterData: true});
    }""")
    model.enqueue(*[part for word in ANSWER.split(" ") for part in (0.005, word + " ")])
    say(chat, "breadth-first search?")
    expect(last(chat)).to_contain_text("level by level")
    chat.evaluate("touched.clear()")
    expect(last(chat)).to_have_attribute("data-status", "complete", timeout=15_000)
    assert chat.evaluate("[...touched]") == [3]
    expect(last(chat).locator("code.language-python .hljs-keyword").first).to_have_text("from")
    expect(last(chat).get_by_role("table")).to_contain_text("adjacency list")
    expect(chat.locator("#announcer")).to_contain_text("Half the battle is seeing the graph.")
    picture(chat, "chat-answer")
    chat.reload()
    expect(chat.locator(".message")).to_have_count(4)
    expect(last(chat)).to_contain_text("Half the battle")


def test_stop_keeps_the_part_so_far_and_it_can_be_tried_again(chat, model):
    model.enqueue(*SLOWLY)
    say(chat, "count")
    expect(last(chat)).to_contain_text("word5")
    chat.keyboard.press("Escape")
    expect(last(chat)).to_contain_text("This answer was stopped.")
    expect(chat.get_by_role("button", name="Send")).to_be_visible()
    picture(chat, "chat-stopped")
    chat.wait_for_timeout(300)
    chat.reload()
    expect(last(chat)).to_have_attribute("data-status", "stopped")
    expect(last(chat)).to_contain_text("word5")
    model.enqueue("Done.")
    last(chat).get_by_role("button", name="Try again").click()
    expect(last(chat)).to_contain_text("Done.")
    expect(last(chat).locator(".variants")).to_contain_text("2/2")
    last(chat).get_by_role("button", name="Earlier version").click()
    expect(last(chat)).to_contain_text("word5")


def test_a_failed_answer_says_why(chat, model):
    model.enqueue(BackendError("The model is not there."))
    say(chat, "hello")
    expect(last(chat)).to_contain_text("The model is not there.")
    model.enqueue("Here I am.")
    last(chat).get_by_role("button", name="Try again").click()
    expect(last(chat)).to_contain_text("Here I am.")


def test_an_answer_goes_on_while_another_conversation_is_read(chat, model):
    model.enqueue("Short.")
    say(chat, "first")
    expect(last(chat)).to_have_attribute("data-status", "complete")
    chat.keyboard.press("Alt+n")
    model.enqueue(*SLOWLY[:200])
    say(chat, "second")
    expect(last(chat)).to_contain_text("word3")
    chat.get_by_role("link", name="first").click()
    expect(last(chat)).to_contain_text("Short.")
    chat.go_back()
    expect(last(chat)).to_contain_text("word99", timeout=10_000)
    expect(last(chat)).to_have_attribute("data-status", "complete")


def test_enter_sends_but_not_while_composing(chat, model):
    field = chat.get_by_label("Your message")
    field.fill("你好")
    field.dispatch_event("keydown", {"key": "Enter", "isComposing": True})
    field.press("Shift+Enter")
    expect(chat.locator(".message")).to_have_count(0)
    model.enqueue("您好。")
    field.press("Enter")
    expect(last(chat)).to_contain_text("您好。")


def test_drafts_stay_with_their_conversation(chat, model):
    model.enqueue("Yes.")
    say(chat, "first")
    expect(last(chat)).to_have_attribute("data-status", "complete")
    field = chat.get_by_label("Your message")
    field.fill("a thought")
    chat.keyboard.press("Alt+n")
    expect(field).to_have_value("")
    chat.go_back()
    chat.reload()
    expect(field).to_have_value("a thought")


def test_an_edited_question_is_a_branch(chat, model):
    model.enqueue("A pile.")
    say(chat, "What is a stack?")
    expect(last(chat)).to_contain_text("A pile.")
    chat.keyboard.press("ArrowUp")
    chat.get_by_label("Edit your message").fill("What is a queue?")
    model.enqueue("A line.")
    chat.locator(".edit").get_by_role("button", name="Send").click()
    expect(last(chat)).to_contain_text("A line.")
    expect(chat.locator(".message")).to_have_count(2)
    chat.locator(".message.user").get_by_role("button", name="Earlier version").click()
    expect(last(chat)).to_contain_text("A pile.")


def test_the_page_follows_the_words_until_the_reader_scrolls_up(chat, model):
    model.enqueue("word\n\n" * 60)
    say(chat, "fill the page")
    expect(last(chat)).to_have_attribute("data-status", "complete")
    at_end = "() => { const s = document.getElementById('scroller'); return s.scrollHeight - s.scrollTop - s.clientHeight < 2 }"
    chat.wait_for_function(at_end)
    model.enqueue(*[part for n in range(300) for part in (0.01, f"line {n}\n\n")])
    say(chat, "more")
    expect(last(chat)).to_contain_text("line 20")
    chat.locator("#scroller").hover()
    chat.mouse.wheel(0, -600)
    jump = chat.get_by_role("button", name="Jump to the latest message")
    expect(jump).to_be_visible()
    before = chat.evaluate("document.getElementById('scroller').scrollTop")
    expect(last(chat)).to_contain_text("line 120")
    assert chat.evaluate("document.getElementById('scroller').scrollTop") == before
    jump.click()
    chat.wait_for_function(at_end)
    expect(jump).to_be_hidden()


def test_a_conversation_is_renamed_and_deleted_by_keyboard_and_brought_back(chat, model):
    model.enqueue("Yes.")
    say(chat, "first")
    expect(last(chat)).to_have_attribute("data-status", "complete")
    more = chat.get_by_role("button", name="What to do with it")
    more.press("Enter")
    chat.keyboard.press("Enter")
    chat.get_by_label("Name of the conversation").fill("Renamed")
    chat.keyboard.press("Enter")
    expect(chat.get_by_role("heading", name="Renamed")).to_be_visible()
    more.press("Enter")
    picture(chat, "chat-menu")
    with chat.expect_download() as saved:
        chat.get_by_role("link", name="Save as Markdown").click()
    assert saved.value.suggested_filename == "Renamed.md"
    more.press("Enter")
    chat.get_by_role("button", name="Delete").press("Enter")
    expect(chat.get_by_role("button", name="Undo")).to_be_focused()
    assert chat.url.endswith("/")
    chat.keyboard.press("Enter")
    expect(chat.get_by_role("link", name="Renamed")).to_be_focused()
    chat.keyboard.press("Enter")
    expect(last(chat)).to_contain_text("Yes.")


def test_on_a_phone_conversations_are_in_a_drawer(chat, model):
    model.enqueue("Yes.")
    say(chat, "first")
    chat.set_viewport_size({"width": 360, "height": 740})
    link = chat.get_by_role("link", name="first")
    expect(link).to_be_hidden()
    chat.get_by_role("button", name="Open the menu").click()
    chat.get_by_role("button", name="What to do with it").click()
    expect(chat.get_by_role("button", name="Rename")).to_be_visible()
    chat.keyboard.press("Escape")
    expect(link).to_be_visible()
    link.click()
    expect(link).to_be_hidden()


@pytest.mark.parametrize("chunk", [10_000, 3])
def test_nothing_a_model_or_a_person_writes_becomes_markup(chat, model, chunk):
    outside = []
    chat.on("request", lambda request: outside.append(request.url) if "127.0.0.1" not in request.url else None)
    chat.on("dialog", lambda dialog: outside.append(dialog.message))
    text = "\n\n".join(HOSTILE)
    model.enqueue(*[text[at : at + chunk] for at in range(0, len(text), chunk)])
    say(chat, HOSTILE[0])
    expect(last(chat)).to_have_attribute("data-status", "complete")
    chat.wait_for_timeout(200)
    assert chat.locator("#messages :is(script, img, iframe, style, base, meta, object, embed, svg:not(.icon), input)").count() == 0
    hrefs = chat.locator("#messages a").evaluate_all("links => links.map((link) => [new URL(link.href).protocol, link.rel])")
    assert hrefs and all(link in (["http:", "noopener noreferrer"], ["https:", "noopener noreferrer"]) for link in hrefs)
    assert outside == [] and chat.evaluate("window.pwned === undefined")


def test_the_console_asks_two_models_side_by_side(page, house, model, person):
    page.goto("/")
    page.context.add_cookies([{"name": "sid", "value": users.open_session(house.store, person("staff").id), "url": page.url}])
    page.goto("/console")
    model.enqueue(ANSWER)
    model.enqueue("A shorter one.")
    page.get_by_label("Question").fill("What is breadth-first search?")
    page.keyboard.press("Enter")
    for column in page.locator(".column").all():
        expect(column).to_contain_text("tokens per second")
    page.get_by_text("Prompt as sent").first.click()
    expect(page.locator(".sent-part").first).to_contain_text("The following is a conversation with DSA")
    picture(page, "console")
