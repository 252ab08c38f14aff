"""The persona editor, the switch for visitors, and the language of pages."""

from __future__ import annotations

import pytest

from chatbot.flows.persona import current_persona
from chatbot.prompting import DSA
from chatbot.store import options
from chatbot.web.persona_form import read, stop_lines


def form(persona=DSA, **changes) -> dict:
    """What the browser sends when nothing was changed, and then `changes`."""
    fields = {name: getattr(persona, name) for name in ("name", "human_label", "greeting", "preamble")}
    for style in ("chat", "completion"):
        values = getattr(persona, f"{style}_sampling")
        for name in ("temperature", "top_p", "max_tokens", "presence_penalty", "frequency_penalty"):
            fields[f"{style}_{name}"] = str(getattr(values, name))
        fields[f"{style}_stop"] = stop_lines(values.stop).replace("\n", "\r\n")
    turns = {"turn_human": [human for human, _ in persona.turns], "turn_bot": [bot for _, bot in persona.turns]}
    return fields | turns | {"visitors": "yes", "openings": ""} | changes


def test_saving_without_a_change_changes_nothing(house, admin):
    assert admin.post("/admin/settings", page="/admin/settings", **form()).status_code == 303
    assert current_persona(house) == DSA


def test_what_is_saved_is_used(house, admin):
    changes = {"name": "Iris", "chat_temperature": "0.5", "completion_stop": "\\n\r\n Human:\r\n\\\\n", "openings": "One?\r\n\r\n Two? "}
    admin.post("/admin/settings", page="/admin/settings", **form(**changes))
    persona = current_persona(house)
    assert (persona.name, persona.chat_sampling.temperature) == ("Iris", 0.5)
    assert persona.completion_sampling.stop == ("\n", " Human:", "\\n")
    assert options.get(house.store, "openings") == ["One?", "Two?"]
    assert "Iris" in admin.get("/").text


def test_an_unticked_box_keeps_visitors_out(house, admin, browser):
    fields = form()
    del fields["visitors"]
    admin.post("/admin/settings", page="/admin/settings", **fields)
    assert browser.get("/").status_code == 303 and admin.get("/").status_code == 200


@pytest.mark.parametrize(
    "field, value",
    [
        ("name", "  "),
        ("name", "x" * 61),
        ("chat_temperature", "2.1"),
        ("chat_temperature", "nan"),
        ("chat_temperature", "warm"),
        ("completion_max_tokens", "1.5"),
        ("completion_max_tokens", "0"),
        ("chat_stop", "1\n2\n3\n4\n5"),
        ("openings", "\n".join("1234567")),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_saved(house, admin, field, value):
    answer = admin.post("/admin/settings", page="/admin/settings", **form(**{field: value, "greeting": "Changed"}))
    assert answer.status_code == 422 and f'id="{field}-error"' in answer.text
    assert "Changed" in answer.text, "what was typed stays on the page"
    assert options.persona(house.store) is None


def test_half_an_example_turn_is_refused_and_an_empty_one_dropped():
    half = read({}, [("Hello", " ")], DSA)
    assert "both sides" in str(half.errors["turns"])
    dropped = read({}, [("", ""), (" Hello ", "Hi")], DSA)
    assert dropped.errors == {} and dropped.persona.turns == (("Hello", "Hi"),)


# Languages


def test_the_browser_is_asked_for_its_language(app):
    page = app.test_client().get("/sign-in", headers={"Accept": "text/html", "Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5"})
    assert '<html lang="zh"' in page.text


def test_a_chosen_language_stays_and_leaves_the_address(browser):
    answer = browser.get("/sign-in?next=/admin/&lang=zh")
    assert (answer.status_code, answer.location) == (303, "/sign-in?next=%2Fadmin%2F")
    assert '<html lang="zh"' in browser.get("/sign-in").text


def test_choosing_a_language_never_leads_away(browser):
    answer = browser.client.get("//evil.example/?lang=zh")
    assert not (answer.location or "").startswith("//")


def test_an_unknown_language_is_ignored(browser):
    assert '<html lang="en"' in browser.get("/sign-in?lang=xx").text
