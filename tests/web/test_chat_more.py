"""What can be done with a conversation besides talking: going on, putting away, finding, sharing, judging, handing over."""

from __future__ import annotations

import gzip
import json
import re
import time
from dataclasses import replace
from threading import Thread
from typing import Callable

import pytest

from chatbot import create_app
from chatbot.client import BackendError
from chatbot.store import conversations, feedback, handovers, options
from chatbot.web import chat_person
from tests.web.fakes import Browser, FakeModel, events
from tests.web.test_chat import begin, model, say, stored, visitor  # noqa: F401


def titles(browser: Browser, **query: str) -> list[str]:
    return [each["title"] for each in browser.get("/chat/conversations", query_string=query).json["conversations"]]


def told(browser: Browser, talk: str) -> dict:
    return browser.get(f"/chat/conversations/{talk}").json


def go_on(browser: Browser, talk: str, message: int) -> list[dict]:
    return events(browser.send("POST", f"/chat/conversations/{talk}/messages", {"continue": message}).text)


def test_an_answer_that_was_cut_goes_on_in_its_own_words(visitor, model):
    model.enqueue("We open at", reason="length")
    model.enqueue(" nine.")
    talk = begin(visitor)
    message = say(visitor, talk, "When do you open?")[0]["message"]
    assert go_on(visitor, talk, message)[-1]["finish_reason"] == "stop"
    assert model.asked[1][1][-1] == {"role": "assistant", "content": "We open at"}
    assert stored(visitor, talk)[1:] == [("assistant", "We open at nine.", "complete")]
    assert "not cut off" in go_on(visitor, talk, message)[0]["message"], "it is whole now"


def test_going_on_that_fails_keeps_what_there_was(visitor, model):
    model.enqueue("Half", BackendError("The model has stopped."))
    model.enqueue(BackendError("The model is not there."))
    talk = begin(visitor)
    message = say(visitor, talk, "one")[0]["message"]
    assert go_on(visitor, talk, message)[-1]["status"] == "interrupted"
    assert stored(visitor, talk)[1:] == [("assistant", "Half", "interrupted")]


def test_pinned_ones_come_first_and_the_archive_is_apart(visitor, model):
    talks = {}
    for title in ("one", "two", "three"):
        model.enqueue("Yes.")
        talks[title] = begin(visitor)
        say(visitor, talks[title], title)
    visitor.send("PATCH", f"/chat/conversations/{talks['one']}", {"pinned": True})
    visitor.send("PATCH", f"/chat/conversations/{talks['two']}", {"archived": True})
    assert (titles(visitor), titles(visitor, archived="")) == (["one", "three"], ["two"])
    assert titles(visitor, q="two") == ["two"], "what is put away is still found"
    visitor.send("PATCH", f"/chat/conversations/{talks['one']}", {"pinned": False})
    visitor.send("PATCH", f"/chat/conversations/{talks['two']}", {"archived": False})
    assert titles(visitor) == ["three", "two", "one"]
    assert visitor.send("PATCH", f"/chat/conversations/{talks['two']}", {}).status_code == 400


@pytest.mark.parametrize(
    "query, excerpt",
    [("营业", "图书馆几点营业？周末也开门吗？"), ("ÄPFEL", "…e everything about your Äpfel and Birnen")],
)
def test_words_of_any_script_are_found_and_shown_in_their_place(visitor, model, query, excerpt):
    model.enqueue("Of course. Let me tell you and me everything about your Äpfel and\n Birnen")
    model.enqueue("图书馆几点营业？周末也开门吗？")
    for text in ("fruit", "library"):
        say(visitor, begin(visitor), text)
    found = visitor.get("/chat/conversations", query_string={"q": query}).json["conversations"]
    assert [each["excerpt"] for each in found] == [excerpt]
    assert found[0]["message"] == told(visitor, found[0]["id"])["messages"][-1]["id"]


@pytest.fixture
def shared(visitor, model):
    """A conversation of two turns of which the first is shared: its id and the path of the link."""
    model.enqueue("A pile of <b>plates</b>.")
    model.enqueue("Later.")
    talk = begin(visitor)
    until = say(visitor, talk, "What is a stack?")[0]["message"]
    say(visitor, talk, "And my number is 555?")
    url = visitor.send("PUT", f"/chat/conversations/{talk}/share", {"until": until}).json["url"]
    return talk, url.removeprefix("http://localhost")


def test_a_shared_link_shows_what_was_shared_and_nothing_else(app, visitor, shared):
    talk, path = shared
    page = Browser(app).get(path)
    assert "A pile of &lt;b&gt;plates" in page.text and "555" not in page.text and talk not in page.text
    assert page.headers["X-Robots-Tag"] == "noindex, nofollow" and 'content="noindex, nofollow"' in page.text
    assert len(path.removeprefix("/s/")) >= 43
    again = visitor.send("PUT", f"/chat/conversations/{talk}/share", {"until": None}).json["url"]
    assert again.endswith(path) and "555" in Browser(app).get(path).text


def test_a_withdrawn_link_leads_nowhere_and_never_comes_back(app, visitor, shared):
    talk, path = shared
    assert visitor.send("DELETE", f"/chat/conversations/{talk}/share").status_code == 204
    assert Browser(app).get(path).status_code == 404
    new = visitor.send("PUT", f"/chat/conversations/{talk}/share", {"until": None}).json["url"]
    assert not new.endswith(path)
    visitor.send("DELETE", f"/chat/conversations/{talk}")
    assert Browser(app).get(new).status_code == 404
    assert visitor.send("PUT", f"/chat/conversations/{begin(visitor)}/share", {}).status_code == 404, "an empty one"


def test_an_opinion_is_kept_changed_and_taken_back(house, visitor, model):
    model.enqueue("Wrong.")
    talk = begin(visitor)
    message = say(visitor, talk, "one")[0]["message"]

    def judge(**body) -> int:
        return visitor.send("PUT", f"/chat/conversations/{talk}/messages/{message}/feedback", body).status_code

    assert judge(verdict="down") == judge(verdict="down", reason="wrong", correction=" Right. ") == 204
    kept = feedback.of_conversation(house.store, talk)[message]
    assert (kept.verdict, kept.reason, kept.correction, kept.state, kept.by) == ("down", "wrong", "Right.", "new", None)
    assert told(visitor, talk)["messages"][1]["verdict"] == "down"
    assert [judge(verdict="best"), judge(verdict="up", reason="?"), judge(verdict="up", correction="x" * 8001)] == [400, 400, 422]
    assert judge(verdict=None) == 204 and "verdict" not in told(visitor, talk)["messages"][1]


@pytest.fixture
def letters(monkeypatch) -> list:
    """What would have been sent by e-mail."""
    sent: list = []
    monkeypatch.setattr(chat_person.handover.mail, "can_send", lambda settings: True)
    monkeypatch.setattr(chat_person.handover.mail, "send", lambda settings, subject, text: sent.append((subject, text)))
    return sent


def ask_person(browser: Browser, talk: str, **body):
    return browser.send("POST", f"/chat/conversations/{talk}/person", body)


def test_asking_for_a_person_twice_is_one_hand_over_and_one_letter(visitor, model, letters):
    model.enqueue("I do not know.")
    talk = begin(visitor)
    say(visitor, talk, "Where is my parcel?")
    for _ in range(2):
        asked = ask_person(visitor, talk, reason="Parcel 7", contact="ann@example.com")
    assert asked.json == {"handover": {"state": "open", "name": None}}
    [(subject, text)] = letters
    assert subject == "DSA: a visitor asks for a person"
    for part in ("/console", "Parcel 7", "ann@example.com", "Visitor: Where is my parcel?", "DSA: I do not know."):
        assert part in text
    assert visitor.send("DELETE", f"/chat/conversations/{talk}/person").json["handover"]["state"] == "closed"


def test_while_a_person_answers_the_bot_is_silent(house, visitor, model, person, letters):
    lee = person("staff", "lee@example.com")
    talk = begin(visitor)
    ask_person(visitor, talk, reason="Help me")
    assert titles(visitor) == ["Help me"], "it can be found again, though nothing was said"
    handover = handovers.standing(house.store, talk).handover
    assert handovers.take(house.store, handover.id, lee.id) and not handovers.take(house.store, handover.id, lee.id)
    assert [event["type"] for event in say(visitor, talk, "Hello?")] == ["kept"] and model.asked == []
    asked = stored_ids(visitor, talk)[-1]
    again = visitor.send("POST", f"/chat/conversations/{talk}/messages", {"again": asked})
    assert again.status_code == 422 and "silent" in again.json["error"]["message"]
    conversations.add_message(house.store, talk, "person", "Lee here.", parent_id=asked, author_id=lee.id)
    news = visitor.get(f"/chat/conversations/{talk}/news?after={asked}").json
    assert [(said["role"], said["name"], said["content"]) for said in news["messages"]] == [("person", "Staff", "Lee here.")]
    assert news["handover"] == {"state": "taken", "name": "Staff"}
    handovers.close(house.store, handover.id)
    model.enqueue("I am back.")
    say(visitor, talk, "Thanks")
    said = [(each["role"], each["content"]) for each in model.asked[0][1] if each["role"] != "system"]
    assert said == [("user", "Hello?"), ("assistant", "Lee here."), ("user", "Thanks")]


def stored_ids(browser: Browser, talk: str) -> list[int]:
    return [message["id"] for message in told(browser, talk)["messages"]]


def test_a_person_is_not_offered_where_nobody_is(house, visitor, letters, monkeypatch):
    monkeypatch.setattr(chat_person, "TRIES_PER_ADDRESS", 3)
    options.put(house.store, "handover", False)
    assert "Talk to a person" not in re.sub(r"<dialog.*?</dialog>", "", visitor.get("/").text, flags=re.DOTALL)
    assert ask_person(visitor, begin(visitor)).status_code == 403
    options.put(house.store, "handover", True)
    talk = begin(visitor)
    assert [ask_person(visitor, talk, reason="x" * 2001).status_code, ask_person(visitor, talk, reason=7).status_code] == [400, 400]
    assert [ask_person(visitor, begin(visitor)).status_code for _ in range(chat_person.TRIES_PER_ADDRESS + 1)][-1] == 429
    assert len(letters) == chat_person.TRIES_PER_ADDRESS


def test_one_visitor_has_only_so_many_answers_written_at_once(settings):
    app = create_app(replace(settings, max_streams=2))
    house = app.extensions["homegrown"]
    house.client = FakeModel()
    tabs = [Browser(app).cookie("visitor", "token of one visitor") for _ in range(3)]
    visitor, stranger = tabs[2], Browser(app)
    for _ in range(2):
        house.client.enqueue(1.5, "late")
    slow = [Thread(target=hear, args=(tab, "slow")) for tab in tabs[:2]]
    for tab in slow:
        tab.start()
    wait_until(lambda: len(house.client.asked) == 2)
    refused = visitor.send("POST", f"/chat/conversations/{begin(visitor)}/messages", {"content": "one too many"})
    assert refused.status_code == 429 and "Stop one" in refused.json["error"]["message"]
    house.client.enqueue("Yes.")
    assert hear(stranger, "another visitor")[-1]["type"] == "done"
    for tab in slow:
        tab.join()
    house.client.enqueue("Yes.")
    assert hear(visitor, "again")[-1]["type"] == "done"
    house.close()


def hear(browser: Browser, text: str) -> list[dict]:
    """Say something in a new conversation and hear the answer to its end, as a browser does."""
    path = f"/chat/conversations/{begin(browser)}/messages"
    return events(browser.send("POST", path, {"content": text}, buffered=True).text)


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_sources_are_told_and_taken_home(house, visitor, model):
    model.enqueue("At nine.")
    talk = begin(visitor)
    message = say(visitor, talk, "When?")[0]["message"]
    source = {"question": "Opening hours?", "answer": "We open at nine.", "source": "faq.csv:3", "score": 0.91}
    conversations.update_message(house.store, message, sources=[source])
    assert told(visitor, talk)["messages"][1]["sources"] == [source]
    home = json.loads(visitor.get(f"/chat/conversations/{talk}/file/json").text)
    assert home["messages"][1]["sources"] == [source]


def test_scripts_and_styles_come_compressed_and_only_once(app):
    client = app.test_client()
    whole = client.get("/static/css/chat.css")
    small = client.get("/static/css/chat.css", headers={"Accept-Encoding": "gzip, br"})
    assert gzip.decompress(small.data) == whole.data and len(small.data) < len(whole.data) / 2
    assert small.headers["Content-Encoding"] == "gzip" and "Accept-Encoding" in small.headers["Vary"]
    assert client.get("/static/css/chat.css", headers={"Accept-Encoding": "gzip", "If-None-Match": small.headers["ETag"]}).status_code == 304
    assert [client.get(path).status_code for path in ("/static/css/none.css", "/static/../wsgi.py")] == [404, 404]
    link = re.search(r'href="(/static/[^"]+chat.css)"', client.get("/").text)[1]
    assert client.get(link).headers["Cache-Control"] == "public, max-age=31536000, immutable"
    yesterday = re.sub(r"/v/\w+/", "/v/yesterday/", link)
    assert client.get(yesterday).data == whole.data and "immutable" not in client.get(yesterday).headers["Cache-Control"]
    assert "Content-Encoding" not in client.get("/", headers={"Accept-Encoding": "gzip"}).headers


def test_only_the_newest_messages_of_a_long_conversation_come_with_their_words(house, visitor):
    talk = begin(visitor)
    ids = []
    for number in range(100):
        parent = ids[-1] if ids else None
        ids.append(conversations.add_message(house.store, talk, "user", f"Message {number}", parent_id=parent).id)
    said = told(visitor, talk)["messages"]
    assert [message["id"] for message in said] == ids and [message["parent_id"] for message in said] == [None, *ids[:-1]]
    assert ["content" in message for message in said] == [False] * 40 + [True] * 60
    asked = visitor.get(f"/chat/conversations/{talk}/messages?ids={ids[0]},{ids[39]},x,999999").json["messages"]
    assert [message["content"] for message in asked] == ["Message 0", "Message 39"]


def test_the_list_goes_on_where_a_page_of_it_ends(house, visitor, model, monkeypatch):
    monkeypatch.setattr(conversations, "MOST_LISTED", 2)
    for title in ("one", "two", "three"):
        model.enqueue("Yes.")
        say(visitor, begin(visitor), title)
    assert (titles(visitor), titles(visitor, skip="2")) == (["three", "two"], ["one"])
