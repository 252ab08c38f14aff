"""The chat: who owns a conversation, how an answer streams, what is kept when it ends early."""

from __future__ import annotations

import json
import re
import time

import pytest

from chatbot.client import BackendError
from chatbot.flows import reply
from chatbot.records import HomegrownError
from chatbot.store import conversations, users
from chatbot.web import sse
from tests.web.fakes import Browser, FakeModel, events


@pytest.fixture
def model(house) -> FakeModel:
    house.client = FakeModel()
    return house.client


@pytest.fixture
def visitor(app, model) -> Browser:
    return Browser(app)


def begin(browser: Browser) -> str:
    return browser.send("POST", "/chat/conversations", {}).json["id"]


def say(browser: Browser, talk: str, text: str, **more) -> list[dict]:
    return events(browser.send("POST", f"/chat/conversations/{talk}/messages", {"content": text, **more}).text)


def stored(browser: Browser, talk: str) -> list[tuple]:
    messages = browser.get(f"/chat/conversations/{talk}").json["messages"]
    return [(message["role"], message["content"], message["status"]) for message in messages]


def test_an_answer_streams_word_by_word_and_is_stored(visitor, model):
    model.enqueue("A ", "pile ", "of plates.")
    talk = begin(visitor)
    told = say(visitor, talk, "What is a stack?")
    assert [event["type"] for event in told] == ["start", "delta", "delta", "delta", "done"]
    assert "".join(event.get("text", "") for event in told) == "A pile of plates."
    assert stored(visitor, talk) == [("user", "What is a stack?", "complete"), ("assistant", "A pile of plates.", "complete")]


def test_the_model_is_told_what_was_said_before(visitor, model):
    model.enqueue("A pile of plates.")
    model.enqueue("O(1).")
    talk = begin(visitor)
    say(visitor, talk, "What is a stack?")
    say(visitor, talk, "What does push cost?")
    said = [message["content"] for message in model.asked[1][1] if message["role"] != "system"]
    assert said == ["What is a stack?", "A pile of plates.", "What does push cost?"]


def test_another_answer_is_a_variant_and_an_edit_is_a_branch(visitor, model):
    for words in ("first", "second", "third"):
        model.enqueue(words)
    talk = begin(visitor)
    question = say(visitor, talk, "one")[0]["user_message"]
    again = visitor.send("POST", f"/chat/conversations/{talk}/messages", {"again": question})
    assert events(again.text)[-1]["status"] == "complete"
    say(visitor, talk, "two", after=0)
    messages = visitor.get(f"/chat/conversations/{talk}").json["messages"]
    answers = {message["content"]: message["parent_id"] for message in messages if message["role"] == "assistant"}
    assert answers["first"] == answers["second"] == question != answers["third"]
    assert [message["content"] for message in model.asked[2][1] if message["role"] == "user"] == ["two"]


def test_stop_keeps_the_part_so_far_and_stops_the_model(visitor, model):
    model.enqueue("one ", "two ", *[0.01, "more "] * 500)
    talk = begin(visitor)
    response = visitor.send("POST", f"/chat/conversations/{talk}/messages", {"content": "count"}, buffered=False)
    read = (piece.decode() for piece in response.response)
    assert any("two" in piece for piece in read)
    response.close()
    role, content, status = wait_for_end(visitor, talk)
    assert (role, status) == ("assistant", "stopped")
    assert content.startswith("one two ") and len(content) < 2000
    assert model.closed == 1


def wait_for_end(browser: Browser, talk: str) -> tuple:
    for _ in range(100):
        last = stored(browser, talk)[-1]
        if last[2] != "streaming":
            return last
        time.sleep(0.02)
    raise AssertionError("the answer is still being written")


def test_an_answer_that_breaks_is_marked_and_keeps_its_words(visitor, model):
    model.enqueue("Half of ", BackendError("The model has stopped."))
    model.enqueue(BackendError("The model is not there."))
    talk = begin(visitor)
    assert say(visitor, talk, "one")[-1] == {"type": "error", "message": "The model has stopped.", "status": "interrupted"}
    assert say(visitor, talk, "two")[-1]["status"] == "failed"
    assert [row for row in stored(visitor, talk) if row[0] == "assistant"] == [
        ("assistant", "Half of ", "interrupted"),
        ("assistant", "", "failed"),
    ]


def full_disk(*_args, **_fields):
    raise HomegrownError("The disk is full.")


def test_a_full_disk_does_not_stop_an_answer_and_is_said_at_its_end(visitor, model, monkeypatch):
    monkeypatch.setattr(reply, "SAVE_EVERY", 0)
    monkeypatch.setattr(conversations, "update_message", full_disk)
    model.enqueue("All ", "of ", "it.")
    told = say(visitor, begin(visitor), "one")
    assert "".join(event.get("text", "") for event in told) == "All of it."
    assert told[-1] == {"type": "error", "message": "The disk is full.", "status": "complete"}


def test_a_question_that_cannot_be_kept_is_told_why(visitor, model, monkeypatch):
    talk = begin(visitor)
    monkeypatch.setattr(conversations, "add_message", full_disk)
    assert say(visitor, talk, "one") == [{"type": "error", "message": "The disk is full."}]


def test_a_silent_model_gets_heartbeats(visitor, model, monkeypatch):
    monkeypatch.setattr(sse, "HEARTBEAT", 0.02)
    model.enqueue(0.2, "late")
    talk = begin(visitor)
    text = visitor.send("POST", f"/chat/conversations/{talk}/messages", {"content": "slow"}).text
    assert text.count(": ping") > 2 and events(text)[-1]["type"] == "done"


def test_a_lost_answer_shows_as_interrupted(visitor, house, monkeypatch):
    talk = begin(visitor)
    asked = conversations.add_message(house.store, talk, "user", "hello")
    conversations.add_message(house.store, talk, "assistant", "Half", status="streaming", parent_id=asked.id)
    assert stored(visitor, talk)[-1][2] == "streaming"
    monkeypatch.setattr(conversations, "SILENT", conversations.SILENT * 0)
    assert stored(visitor, talk)[-1] == ("assistant", "Half", "interrupted")


REQUESTS = [
    ("GET", "/c/{}", None),
    ("GET", "/chat/conversations/{}", None),
    ("GET", "/chat/conversations/{}/file/md", None),
    ("PATCH", "/chat/conversations/{}", {"title": "mine"}),
    ("DELETE", "/chat/conversations/{}", None),
    ("POST", "/chat/conversations/{}/restore", {}),
    ("POST", "/chat/conversations/{}/messages", {"content": "hello"}),
    ("POST", "/chat/conversations/{}/messages", {"again": 1}),
    ("POST", "/chat/conversations/{}/messages", {"continue": 2}),
    ("PUT", "/chat/conversations/{}/messages/2/feedback", {"verdict": "up"}),
    ("PUT", "/chat/conversations/{}/share", {"until": None}),
    ("DELETE", "/chat/conversations/{}/share", None),
    ("POST", "/chat/conversations/{}/person", {}),
    ("DELETE", "/chat/conversations/{}/person", None),
    ("GET", "/chat/conversations/{}/news", None),
    ("GET", "/chat/conversations/{}/messages?ids=1", None),
]


@pytest.mark.parametrize("method, path, body", REQUESTS)
def test_other_peoples_conversations_do_not_exist(app, visitor, model, method, path, body):
    model.enqueue("secret")
    talk = begin(visitor)
    say(visitor, talk, "private")
    stranger = Browser(app)
    begin(stranger)  # so that it has a cookie of its own
    for address in (talk, "0" * 32):
        assert stranger.send(method, path.format(address), body).status_code == 404
    assert stranger.get("/chat/conversations").json == {"conversations": []}
    assert len(stored(visitor, talk)) == 2


def test_a_message_of_another_conversation_is_no_parent(visitor, model):
    model.enqueue("one")
    first, second = begin(visitor), begin(visitor)
    message = say(visitor, first, "one")[0]["message"]
    answer = visitor.send("POST", f"/chat/conversations/{second}/messages", {"content": "two", "after": message})
    assert answer.status_code == 404


def test_the_visitor_cookie_is_kept_from_scripts_and_hashed_at_rest(visitor, house):
    answer = visitor.send("POST", "/chat/conversations", {})
    cookie = next(line for line in answer.headers.getlist("Set-Cookie") if line.startswith("visitor="))
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie
    token = cookie.removeprefix("visitor=").split(";")[0]
    assert len(token) >= 43
    owner = conversations.Owner(visitor_hash=users.digest(token))
    assert conversations.get_owned(house.store, answer.json["id"], owner)
    assert not conversations.get_owned(house.store, answer.json["id"], conversations.Owner(visitor_hash=token))


def test_conversations_are_found_renamed_deleted_and_brought_back(visitor, model):
    model.enqueue("Plates, 100 % of them.")
    talk = begin(visitor)
    assert visitor.get("/chat/conversations").json == {"conversations": []}, "an empty one is not worth listing"
    say(visitor, talk, "What is   a stack?\nShort please")

    def titles(query: str = "") -> list[str]:
        found = visitor.get("/chat/conversations", query_string={"q": query}).json["conversations"]
        return [each["title"] for each in found]

    assert titles() == titles("100 %") == ["What is a stack? Short please"]
    assert titles("100_%") == titles("queue") == []
    visitor.send("PATCH", f"/chat/conversations/{talk}", {"title": " Stacks "})
    assert titles() == ["Stacks"]
    visitor.send("DELETE", f"/chat/conversations/{talk}")
    assert titles() == [] and visitor.get(f"/c/{talk}").status_code == 404
    visitor.send("POST", f"/chat/conversations/{talk}/restore", {})
    assert titles() == ["Stacks"]


def test_a_conversation_can_be_taken_home(visitor, model):
    model.enqueue("A *pile*.")
    talk = begin(visitor)
    say(visitor, talk, "What is a stack? 栈")
    files = {kind: visitor.get(f"/chat/conversations/{talk}/file/{kind}") for kind in ("md", "txt", "json", "exe")}
    assert files["md"].text == "# What is a stack? 栈\n\n**You**\n\nWhat is a stack? 栈\n\n**DSA**\n\nA *pile*.\n"
    assert files["txt"].text == "What is a stack? 栈\n\nYou: What is a stack? 栈\n\nDSA: A *pile*.\n"
    assert [said["role"] for said in json.loads(files["json"].text)["messages"]] == ["user", "assistant"]
    assert files["md"].headers["Content-Disposition"].startswith("attachment") and files["exe"].status_code == 404


@pytest.mark.parametrize(
    "body, status",
    [
        ({"content": " "}, 422),
        ({"content": 7}, 422),
        ({"content": "x" * 32_001}, 422),
        ({"content": "x", "role": "system"}, 400),
        ({"content": "x", "after": []}, 404),
        ({"content": "half a pair: \ud83d"}, 400),
        ([], 400),
    ],
)
def test_bad_messages_are_refused_with_a_sentence(visitor, body, status):
    talk = begin(visitor)
    answer = visitor.send("POST", f"/chat/conversations/{talk}/messages", body)
    assert answer.status_code == status and answer.json["error"]["message"]
    assert stored(visitor, talk) == []


def test_json_as_deep_as_the_sea_is_refused(visitor):
    sea = {"data": "[" * 100_000, "content_type": "application/json"}
    assert visitor.send("POST", f"/chat/conversations/{begin(visitor)}/messages", **sea).status_code == 400


def test_the_page_says_that_this_is_an_ai_before_the_first_message(visitor):
    page = visitor.get("/").text
    assert "You are talking to an AI" in page and "What is breadth-first search?" in page


def test_everything_the_page_asks_for_is_there(visitor):
    wanted = re.findall(r'(?:href|src)="(/static/[^"]+)"', visitor.get("/").text)
    assert len(wanted) >= 8
    assert [path for path in wanted if visitor.get(path).status_code != 200] == []
