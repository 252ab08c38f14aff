"""The inbox: what staff may read, answering in the visitor's chat, corrections on their way to a dataset."""

from __future__ import annotations

import json

import pytest

from chatbot.store import conversations, corrections, feedback, handovers, inbox
from chatbot.store.conversations import Owner
from tests.web.fakes import FakeModel


@pytest.fixture(autouse=True)
def model(house) -> FakeModel:
    house.client = FakeModel()
    return house.client


@pytest.fixture
def talk(house):
    """A visitor asked twice and the bot answered."""
    talk = conversations.create(house.store, Owner(visitor_hash="v"))
    said = None
    for question, answer in [("Hi", "Hello!"), ("Where is my <b>parcel</b>?", "On the moon.")]:
        asked = conversations.add_message(house.store, talk.id, "user", question, parent_id=said and said.id)
        said = conversations.add_message(house.store, talk.id, "assistant", answer, parent_id=asked.id)
    talk.answer = said.id
    return talk


def write(browser, method, path, json=None):
    browser.get("/console/inbox")
    return browser.client.open(path, method=method, json=json, headers={"X-CSRFToken": browser.token, "Accept": "application/json"})


def act(browser, talk, action):
    return browser.post(f"/console/inbox/{talk.id}", page="/console/inbox", action=action)


def test_staff_read_only_what_was_handed_over_or_judged(house, staff, talk):
    assert staff.get(f"/console/inbox/{talk.id}").status_code == 404
    handovers.ask(house.store, talk.id, "urgent", "me@example.com")
    page = staff.get(f"/console/inbox/{talk.id}").text
    assert "urgent" in page and "me@example.com" in page and "<b>parcel" not in page
    assert staff.get("/console/inbox").text.count("urgent") == 1


def test_an_answer_of_a_person_reaches_the_visitor_and_the_bot_gets_it_back(house, staff, talk):
    handovers.ask(house.store, talk.id)
    assert write(staff, "POST", f"/console/inbox/{talk.id}/messages", {"content": "Too early"}).status_code == 409
    act(staff, talk, "take")
    assert handovers.is_taken(house.store, talk.id)
    write(staff, "POST", f"/console/inbox/{talk.id}/messages", {"content": "  It comes tomorrow. "})
    newest = conversations.path(house.store, talk.id)[-1]
    assert (newest.role, newest.content, newest.parent_id) == ("person", "It comes tomorrow.", talk.answer)
    act(staff, talk, "give-back")
    assert not handovers.is_taken(house.store, talk.id)
    assert write(staff, "POST", f"/console/inbox/{talk.id}/messages", {"content": "Too late"}).status_code == 409


def test_somebody_else_can_take_over_and_then_the_first_cannot_write(house, staff, admin, talk):
    handovers.ask(house.store, talk.id)
    act(staff, talk, "take")
    act(admin, talk, "take")
    assert write(staff, "POST", f"/console/inbox/{talk.id}/messages", {"content": "Me too"}).status_code == 409
    assert write(admin, "POST", f"/console/inbox/{talk.id}/messages", {"content": "Mine"}).status_code == 200


def test_the_boxes_hold_what_their_names_say(house, staff, talk):
    handovers.ask(house.store, talk.id)
    feedback.put(house.store, talk.answer, "down", "wrong")
    assert inbox.counts(house.store) == {"open": 1, "taken": 0, "down": 1}
    act(staff, talk, "take")
    assert [len(inbox.entries(house.store, box)) for box in ("open", "taken", "down", "closed")] == [0, 1, 1, 0]
    act(staff, talk, "give-back")
    act(staff, talk, "settle")
    assert [len(inbox.entries(house.store, box)) for box in ("open", "taken", "down", "closed")] == [0, 0, 0, 1]


def test_the_news_hold_what_was_said_since(house, staff, talk):
    handovers.ask(house.store, talk.id)
    news = staff.get(f"/console/inbox/{talk.id}/news?after={talk.answer}").get_json()
    assert [message["content"] for message in news["messages"]] == ["On the moon."]
    assert news["handover"]["state"] == "open"


def test_a_correction_keeps_what_the_visitor_thought_and_waits_for_the_admin(house, staff, admin, talk):
    feedback.put(house.store, talk.answer, "down", "wrong")
    path = f"/console/inbox/{talk.id}/messages/{talk.answer}/correction"
    assert write(staff, "PUT", path, {"text": ""}).status_code == 400
    assert write(staff, "PUT", path, {"text": "It is in the post office."}).status_code == 204
    (waiting,) = corrections.every(house.store, "new")
    assert (waiting.feedback.reason, waiting.name) == ("wrong", "Staff")
    assert "It is in the post office." in admin.get("/admin/corrections").text
    assert staff.get("/admin/corrections").status_code == 403


def test_only_answers_of_the_bot_can_be_corrected(house, staff, talk):
    handovers.ask(house.store, talk.id)
    asked = conversations.path(house.store, talk.id)[0].id
    assert write(staff, "PUT", f"/console/inbox/{talk.id}/messages/{asked}/correction", {"text": "x"}).status_code == 404


def test_accepted_corrections_become_a_dataset_once(house, admin, talk):
    feedback.put(house.store, talk.answer, "down", "wrong", "It is at the post office.")
    (waiting,) = corrections.every(house.store, "new")
    path = f"/admin/corrections/{waiting.feedback.id}"
    admin.post(path, page="/admin/corrections", decision="accepted", text="It lies at the post office.")
    admin.post(path, page="/admin/corrections", decision="dismissed")  # the second click comes too late
    made = admin.post("/admin/corrections/dataset", page="/admin/corrections")
    assert made.status_code == 303 and "/admin/data/" in made.location
    (file,) = (house.settings.home / "datasets").glob("*/original.jsonl")
    said = json.loads(file.read_text())["messages"]
    assert [message["content"] for message in said] == ["Hi", "Hello!", "Where is my <b>parcel</b>?", "It lies at the post office."]
    assert said[1]["weight"] == 0
    again = admin.post("/admin/corrections/dataset", page="/admin/corrections")
    assert again.location.endswith("/admin/corrections")
