"""The chat beyond talking, as a person meets it in headless Chromium: lists, links, opinions, sources, a person."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from chatbot.store import conversations, handovers
from tests.web.live import chrome, page, picture  # noqa: F401
from tests.web.test_chat_in_chromium import chat, last, model, say  # noqa: F401

LONG = [f"This is sentence {n}. " for n in range(30)]


def answered(chat: Page, model, text: str, answer: str = "Yes.") -> None:  # noqa: F811
    model.enqueue(answer)
    say(chat, text)
    expect(last(chat)).to_have_attribute("data-status", "complete")


def choose(chat: Page, title: str, what: str) -> None:  # noqa: F811
    """Pick something from the menu of a conversation, by keyboard."""
    entry = chat.locator(".talk", has_text=title).first
    entry.get_by_role("button", name="What to do with it").press("Enter")
    chat.locator(".talk-menu").get_by_text(what, exact=True).press("Enter")


def has_focus(chat: Page) -> bool:  # noqa: F811
    return chat.evaluate("document.activeElement !== document.body")


def test_an_answer_that_was_cut_goes_on(chat, model):
    model.enqueue("We open at", reason="length")
    say(chat, "When do you open?")
    expect(last(chat)).to_contain_text("The answer reached its length limit.")
    picture(chat, "chat-cut")
    model.enqueue(" nine. ", 0.3, "Every day.")
    last(chat).get_by_role("button", name="Continue").click()
    expect(last(chat)).to_contain_text("We open at nine. Every day.")
    expect(last(chat).get_by_role("button", name="Continue")).to_be_hidden()
    expect(chat.locator("#announcer p").last).to_have_text("Every day.")
    assert "We open" not in chat.locator("#announcer").inner_text().split("nine")[1]
    assert has_focus(chat)


def test_a_page_read_again_in_the_middle_of_an_answer_loses_nothing(chat, model):
    model.enqueue(*[part for n in range(400) for part in (0.02, f"word{n} ")])
    say(chat, "count")
    expect(last(chat)).to_contain_text("word5")
    chat.reload()
    expect(last(chat)).to_have_attribute("data-status", "stopped", timeout=8000)
    expect(last(chat)).to_contain_text("word5")
    model.enqueue("and so on.")
    last(chat).get_by_role("button", name="Continue").click()
    expect(last(chat)).to_contain_text("and so on.")
    expect(chat.locator("#messages > .message")).to_have_count(2)


def test_conversations_are_pinned_archived_and_found_by_what_was_said(chat, model):
    for text, answer in (("About heaps", "A heap is a tree."), ("About trees", "树有根，也有叶子。")):
        answered(chat, model, text, answer)
        chat.keyboard.press("Alt+n")
    choose(chat, "About heaps", "Pin")
    expect(chat.locator("#talks h2").first).to_have_text("Pinned")
    assert has_focus(chat)
    choose(chat, "About trees", "Put into the archive")
    expect(chat.locator(".talk", has_text="About trees")).to_have_count(0)
    assert has_focus(chat)
    chat.get_by_role("button", name="Undo").click()
    expect(chat.locator(".talk", has_text="About trees")).to_have_count(1)
    choose(chat, "About trees", "Put into the archive")
    chat.get_by_role("button", name="Archive", exact=True).click()
    expect(chat.locator(".talk")).to_have_count(1)
    picture(chat, "chat-archive")
    chat.get_by_role("button", name="Archive", exact=True).click()
    chat.keyboard.press("Alt+s")
    chat.keyboard.type("叶子")
    expect(chat.locator(".talk-excerpt")).to_have_text("树有根，也有叶子。")
    picture(chat, "chat-search")
    chat.locator(".talk > a").click()
    expect(last(chat)).to_be_focused()
    expect(last(chat)).to_contain_text("也有叶子")


def test_a_link_is_made_opened_by_a_stranger_and_withdrawn(chat, model, chrome):  # noqa: F811
    answered(chat, model, "What is a stack?", "A **pile** of plates:\n\n```python\nstack = []\n```")
    choose(chat, "What is a stack?", "Share by a link")
    chat.get_by_role("button", name="Make a link").click()
    address = chat.get_by_label("The link")
    expect(address).to_be_focused()
    picture(chat, "chat-share")
    stranger = chrome.new_page()
    stranger.goto(address.input_value())
    expect(stranger.locator(".message.assistant strong")).to_have_text("pile")
    expect(stranger.locator("textarea")).to_have_count(0)
    picture(stranger, "shared")
    chat.get_by_role("button", name="Withdraw the link").click()
    expect(address).to_be_hidden()
    assert has_focus(chat)
    stranger.reload()
    expect(stranger.locator("body")).to_contain_text("Nothing grows here")
    stranger.close()


def test_a_bad_answer_is_corrected_by_keyboard(chat, model, house):
    answered(chat, model, "When do you open?", "At ten.")
    thumb = last(chat).get_by_role("button", name="Bad answer")
    thumb.focus()
    chat.keyboard.press("Enter")
    expect(thumb).to_have_attribute("aria-pressed", "true")
    chat.keyboard.press("Space")
    chat.keyboard.press("Tab")
    expect(chat.get_by_label("It should say …")).to_be_focused()
    chat.keyboard.type("At nine.")
    picture(chat, "chat-opinion")
    chat.keyboard.press("Tab")
    chat.keyboard.press("Tab")
    chat.keyboard.press("Enter")
    expect(thumb).to_be_focused()
    expect(chat.get_by_text("Thank you. That helps")).to_be_visible()
    chat.reload()
    expect(last(chat).get_by_role("button", name="Bad answer")).to_have_attribute("aria-pressed", "true")
    last(chat).get_by_role("button", name="Good answer").click()
    expect(last(chat).get_by_role("button", name="Bad answer")).to_have_attribute("aria-pressed", "false")


def test_the_sources_of_an_answer_are_opened(chat, model, house):
    answered(chat, model, "When do you open?", "At nine.")
    talk = chat.url.rsplit("/", 1)[1]
    said = conversations.messages(house.store, talk)[-1]
    sources = [{"question": "Opening hours?", "answer": "We open at nine.", "source": "faq.csv, row 3", "score": 0.9}]
    conversations.update_message(house.store, said.id, sources=sources)
    chat.reload()
    last(chat).get_by_role("button", name="Sources").press("Enter")
    last(chat).get_by_text("Opening hours?").click()
    expect(last(chat).get_by_text("We open at nine.")).to_be_visible()
    picture(chat, "chat-sources")
    last(chat).get_by_role("button", name="Sources").click()
    expect(last(chat).locator(".sources")).to_be_hidden()


def test_a_person_is_asked_for_answers_and_leaves(chat, model, house, person):
    answered(chat, model, "Where is my parcel?", "I do not know.")
    chat.get_by_role("button", name="Talk to a person").click()
    chat.get_by_label("What is it about?").fill("My parcel")
    picture(chat, "chat-person-form")
    chat.keyboard.press("Tab")
    chat.keyboard.type("ann@example.com")
    chat.keyboard.press("Enter")
    expect(chat.get_by_text("A person has been asked to join.")).to_be_visible()
    expect(chat.get_by_label("Your message")).to_be_focused()
    talk = chat.url.rsplit("/", 1)[1]
    lee = person("staff", "lee@example.com")
    handover = handovers.standing(house.store, talk).handover
    handovers.take(house.store, handover.id, lee.id)
    newest = conversations.messages(house.store, talk)[-1].id
    conversations.add_message(house.store, talk, "person", "Hello, it comes **today**.", parent_id=newest, author_id=lee.id)
    expect(chat.locator(".message.person")).to_contain_text("Hello, it comes today.", timeout=8000)
    expect(chat.get_by_text("You are talking to Staff. The bot is silent.")).to_be_visible()
    expect(chat.locator("#announcer")).to_contain_text("Staff: Hello")
    say(chat, "Thank you!")
    expect(chat.get_by_role("button", name="Send")).to_be_visible()
    expect(last(chat)).to_have_class("message user")
    picture(chat, "chat-person")
    handovers.close(house.store, handover.id)
    expect(chat.locator("#person-banner")).to_be_hidden(timeout=8000)
    answered(chat, model, "Bye", "Goodbye.")


def test_two_tabs_see_the_same_conversation(chat, model):
    answered(chat, model, "first")
    other = chat.context.new_page()
    other.goto(chat.url)
    answered(chat, model, "second", "From the first tab.")
    expect(last(other)).to_contain_text("From the first tab.")
    answered(other, model, "third", "From the second tab.")
    expect(last(chat)).to_contain_text("From the second tab.")
    expect(chat.locator(".variants:visible")).to_have_count(0)


def test_of_two_conversations_asked_for_the_later_one_is_shown(chat, model):
    for text in ("slow one", "quick one"):
        answered(chat, model, text, f"About the {text}.")
        chat.keyboard.press("Alt+n")
    links = {text: chat.locator(".talk > a", has_text=text) for text in ("slow one", "quick one")}
    slow = links["slow one"].get_attribute("href").rsplit("/", 1)[1]
    chat.route(f"**/chat/conversations/{slow}", lambda route: (chat.wait_for_timeout(600), route.continue_()))
    links["slow one"].click()
    links["quick one"].click()
    expect(last(chat)).to_contain_text("About the quick one.")
    chat.wait_for_timeout(900)
    expect(last(chat)).to_contain_text("About the quick one.")


def test_an_edit_waits_while_an_answer_is_written(chat, model):
    answered(chat, model, "first")
    chat.locator(".message.user").get_by_role("button", name="Edit").click()
    model.enqueue("One ", 1.0, "moment.")
    chat.locator("#field").fill("second")
    chat.locator("#field").press("Enter")
    chat.get_by_label("Edit your message").fill("first, but better")
    chat.locator(".edit").get_by_role("button", name="Send").click()
    expect(last(chat)).to_contain_text("One moment.")
    model.enqueue("Better.")
    chat.locator(".edit").get_by_role("button", name="Send").click()
    expect(last(chat)).to_contain_text("Better.")


def test_right_to_left_words_and_a_right_to_left_page(chat, model):
    answered(chat, model, "ما هي البنية المكدسة؟", "المكدس كومة من الأطباق. A stack is a pile.")
    assert chat.evaluate("getComputedStyle(document.querySelector('.message.assistant .body')).direction") == "rtl"
    chat.evaluate("document.documentElement.dir = 'rtl'")
    picture(chat, "chat-rtl")


def test_formulas_stay_as_they_were_written(chat, model):
    answered(chat, model, "sums", r"It is $a_1 * b_2 * c$ and \(x^2\) for $5 and $10, **not** \[ \sum_{i=1}^n i \].")
    text = last(chat).locator(".body").inner_text()
    assert text == r"It is $a_1 * b_2 * c$ and \(x^2\) for $5 and $10, not \[ \sum_{i=1}^n i \]."


def test_sentences_are_announced_once_each_and_politely(chat, model):
    chat.evaluate("""() => {
        window.heard = [];
        const note = (changes) => changes.forEach(({addedNodes}) => addedNodes.forEach((node) => heard.push(node.textContent)));
        new MutationObserver(note).observe(document.getElementById('announcer'), {childList: true, subtree: true});
    }""")
    answered(chat, model, "tell", "".join(LONG))
    heard = " ".join(chat.evaluate("heard"))
    assert [heard.count(sentence.strip()) for sentence in LONG] == [1] * len(LONG)
    assert chat.locator("#announcer").get_attribute("role") == "log"


@pytest.mark.parametrize("height", [420])
def test_the_field_stays_above_the_keyboard_of_a_phone(chat, model, height):
    chat.set_viewport_size({"width": 360, "height": 740})
    answered(chat, model, "first", "word\n\n" * 40)
    chat.evaluate(f"""() => {{
        Object.defineProperty(visualViewport, 'height', {{value: {height}}});
        visualViewport.dispatchEvent(new Event('resize'));
    }}""")
    field = chat.get_by_label("Your message").bounding_box()
    assert field["y"] + field["height"] < height
    chat.wait_for_function("() => { const s = document.getElementById('scroller'); return s.scrollHeight - s.scrollTop - s.clientHeight < 2 }")


def test_a_long_conversation_is_read_page_by_page(chat, model, house):
    answered(chat, model, "the first message of all")
    talk = chat.url.rsplit("/", 1)[1]
    parent = conversations.messages(house.store, talk)[-1].id
    for number in range(120):
        role = "assistant" if number % 2 else "user"
        parent = conversations.add_message(house.store, talk, role, f"Message {number}.\n\nwords", parent_id=parent).id
    chat.reload()
    expect(chat.locator("#messages > .message")).to_have_count(20)
    scroller = chat.locator("#scroller")
    for _ in range(6):
        scroller.evaluate("(it) => it.scrollTo(0, 0)")
        chat.wait_for_timeout(120)
    expect(chat.get_by_text("the first message of all").last).to_be_visible()
    assert chat.locator("#messages > .message .body:empty").count() == 0
    chat.get_by_label("Search conversations").fill("the first message")
    expect(chat.locator(".talk-excerpt")).to_have_text("the first message of all")
    chat.locator(".talk > a").click()
    expect(chat.locator(".message.user").first).to_be_focused()
    expect(chat.locator(".message.user .body").first).to_have_text("the first message of all")
    expect(chat.locator(".message.user").first).to_be_in_viewport()


def test_a_long_list_is_read_page_by_page_and_says_when_it_cannot_be(chat, model, monkeypatch):
    monkeypatch.setattr(conversations, "MOST_LISTED", 2)
    for text in ("one", "two", "three"):
        answered(chat, model, text)
        chat.keyboard.press("Alt+n")
    chat.reload()
    expect(chat.locator(".talk")).to_have_count(2)
    chat.get_by_role("button", name="Show more").press("Enter")
    expect(chat.locator(".talk-title")).to_have_text(["three", "two", "one"])
    assert has_focus(chat)
    chat.context.set_offline(True)
    chat.get_by_label("Search conversations").fill("x")
    expect(chat.get_by_text("Could not be read.")).to_be_visible()
    expect(chat.locator(".talk")).to_have_count(3)
    model.enqueue("Never heard.")
    say(chat, "Are you there?")
    expect(last(chat)).to_contain_text("The answer did not come.")
    chat.context.set_offline(False)
    last(chat).get_by_role("button", name="Try again").click()
    expect(last(chat)).to_contain_text("Never heard.")
