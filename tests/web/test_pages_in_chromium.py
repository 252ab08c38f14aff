"""The shell, people and settings as a person meets them, in headless Chromium."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from chatbot.flows.persona import current_persona
from chatbot.store import users
from chatbot.web.auth import setup_link
from tests.web.conftest import PASSWORD
from tests.web.live import chrome, page, picture  # noqa: F401


@pytest.fixture
def ann(page, house) -> Page:
    """Ann has come by the set-up link and stands in the Studio."""
    page.goto(setup_link(house).replace("http://127.0.0.1:5000", ""))
    picture(page, "set-up")
    page.get_by_label("Your name").fill("Ann")
    page.get_by_label("E-mail").fill("ann@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Make the account").click()
    page.wait_for_url("**/admin/")
    return page


def test_from_the_set_up_link_to_the_studio_and_out_again(ann):
    expect(ann.get_by_role("link", name="Overview")).to_have_attribute("aria-current", "page")
    ann.get_by_text("Ann", exact=True).click()
    ann.get_by_role("button", name="Sign out").click()
    ann.wait_for_url("**/sign-in")
    ann.get_by_label("E-mail").fill("ann@example.com")
    ann.get_by_label("Password").fill("not this one")
    ann.get_by_role("button", name="Sign in").click()
    expect(ann.get_by_role("alert")).to_contain_text("not right")
    picture(ann, "sign-in")


def test_a_person_is_asked_before_somebody_is_signed_out(ann, house, person):
    person("staff", "lee@example.com")
    ann.goto("/admin/people")
    ann.get_by_label("E-mail").fill("kim@example.com")
    ann.get_by_role("button", name="Make the link").click()
    picture(ann, "people")
    ann.goto("/admin/people")

    def stop_lee() -> None:
        ann.get_by_label("Change Staff").click()
        ann.get_by_role("button", name="Stop signing in").click()
        expect(ann.get_by_role("dialog")).to_contain_text("Sign Staff out for good?")

    stop_lee()
    ann.keyboard.press("Escape")
    expect(ann.get_by_role("dialog")).to_have_count(0)
    assert users.by_email(house.store, "lee@example.com").active
    ann.reload()
    stop_lee()
    ann.get_by_role("button", name="Sign out", exact=True).click()
    expect(ann.get_by_text("Cannot sign in", exact=True)).to_be_visible()
    assert not users.by_email(house.store, "lee@example.com").active


def test_the_persona_is_edited_and_a_wrong_value_is_shown_where_it_is(ann, house):
    ann.goto("/admin/settings")
    ann.get_by_label("Name", exact=True).fill("Iris")
    ann.get_by_role("button", name="Add an example").click()
    ann.keyboard.type("What is a queue?")
    ann.keyboard.press("Tab")
    ann.keyboard.type("A line at the bakery.")
    ann.get_by_role("button", name="Remove this example").first.click()
    ann.get_by_label("Temperature").first.fill("7")
    ann.get_by_role("button", name="Save").click()
    expect(ann.get_by_label("Temperature").first).to_be_focused()
    picture(ann, "settings")
    ann.get_by_label("Temperature").first.fill("0.4")
    ann.get_by_role("button", name="Save").click()
    expect(ann.get_by_text("Saved.")).to_be_visible()
    persona = current_persona(house)
    assert (persona.name, persona.chat_sampling.temperature) == ("Iris", 0.4)
    assert persona.turns[-1] == ("What is a queue?", "A line at the bakery.") and len(persona.turns) == 2


def test_on_a_phone_the_menu_opens_and_closes_by_keyboard(ann):
    ann.set_viewport_size({"width": 360, "height": 800})
    ann.goto("/admin/people")
    data = ann.get_by_role("link", name="Data")
    expect(data).to_be_hidden()
    ann.get_by_role("button", name="Open the menu").press("Enter")
    expect(data).to_be_visible()
    ann.keyboard.press("Escape")
    expect(data).to_be_hidden()


def test_the_whole_page_changes_language(ann):
    ann.goto("/admin/people")
    ann.get_by_role("link", name="中文").click()
    expect(ann.locator("html")).to_have_attribute("lang", "zh")
    assert ann.url.endswith("/admin/people")
    ann.goto("/account")
    expect(ann.locator("html")).to_have_attribute("lang", "zh")


def test_a_page_that_is_not_there(page):
    page.goto("/nothing")
    picture(page, "not-found")
    page.get_by_role("link", name="Go to the chat").click()
    page.wait_for_url("**/")
