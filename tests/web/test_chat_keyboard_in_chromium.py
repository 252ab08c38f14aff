"""A full chat without a mouse, in headless Chromium."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.web.live import chrome, page, picture  # noqa: F401
from tests.web.test_chat_in_chromium import chat, last, model  # noqa: F401

WORDS = [part for n in range(300) for part in (0.02, f"word{n} ")]


def focused(chat: Page) -> str:  # noqa: F811
    """What has the focus, by its name; never nothing."""
    return chat.evaluate("""() => {
        const it = document.activeElement;
        return it === document.body ? 'NOTHING' : it.getAttribute('aria-label') ?? (it.labels?.[0] ?? it).textContent.trim();
    }""")


def press(chat: Page, *keys: str) -> str:  # noqa: F811
    """Press keys one after the other; the name of what then has the focus."""
    for key in keys:
        chat.keyboard.press(key)
        assert focused(chat) != "NOTHING", key
    return focused(chat)


def test_a_full_chat_by_keyboard_alone(chat, model):
    assert focused(chat) == "Your message"
    model.enqueue(*WORDS)
    chat.keyboard.type("Count for me")
    press(chat, "Enter")
    expect(last(chat)).to_contain_text("word3")
    press(chat, "Escape")
    expect(last(chat)).to_contain_text("This answer was stopped.")
    assert focused(chat) == "Your message"
    model.enqueue("and so on.")
    for _ in range(12):
        if press(chat, "Shift+Tab") == "Continue":
            break
    press(chat, "Enter")
    expect(last(chat)).to_contain_text("and so on.")
    assert focused(chat) != "NOTHING"
    chat.get_by_label("Your message").focus()
    assert press(chat, "ArrowUp") == "Edit your message"
    assert press(chat, "Escape") == "Edit"
    assert press(chat, "Alt+k") == "Close"
    picture(chat, "chat-keys")
    assert press(chat, "Enter") == "Edit"
    assert press(chat, "Alt+n") == "Your message"
    model.enqueue("Second.")
    chat.keyboard.type("Another one")
    press(chat, "Enter")
    expect(last(chat)).to_contain_text("Second.")
    assert press(chat, "Alt+s") == "Search conversations"
    chat.keyboard.type("word3")
    expect(chat.locator(".talk-excerpt").first).to_contain_text("word3")  # what was found, not the list before it
    expect(chat.locator(".talk")).to_have_count(1)
    press(chat, "Tab")
    press(chat, "Enter")
    expect(last(chat)).to_contain_text("word3")
    expect(last(chat)).to_be_focused()
    chat.keyboard.press("Tab")
    assert press(chat, "Enter") in ("Copy", "Earlier version")


def test_taking_things_away_never_loses_the_focus(chat, model):
    for text in ("first", "second"):
        model.enqueue("Yes.")
        chat.keyboard.type(text)
        press(chat, "Enter")
        expect(last(chat)).to_have_attribute("data-status", "complete")
        press(chat, "Alt+n")
    for what in ("Pin", "Unpin", "Put into the archive", "Delete"):
        more = chat.locator(".talk").first.get_by_role("button", name="What to do with it")
        more.press("Enter")
        chat.locator(".talk-menu").get_by_text(what, exact=True).press("Enter")
        chat.wait_for_timeout(250)
        assert focused(chat) != "NOTHING", what
