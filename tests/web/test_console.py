"""The console: one question to several models at once."""

from __future__ import annotations

import pytest

from chatbot.client import BackendError
from chatbot.store import users
from tests.web.fakes import Browser, FakeModel, events


@pytest.fixture
def model(house) -> FakeModel:
    house.client = FakeModel()
    return house.client


@pytest.fixture
def staff(app, house, model) -> Browser:
    person = users.accept_invite(house.store, users.invite(house.store, "staff"), "s@example.com", "Sam", "not a hash")
    return Browser(app, "/console").cookie("sid", users.open_session(house.store, person.id))


def ask(browser: Browser, columns: list, question: str = "What is a stack?"):
    return browser.send("POST", "/console/try", {"question": question, "columns": columns})


def test_each_column_streams_its_own_answer_prompt_and_numbers(staff, model):
    model.enqueue("one")
    model.enqueue("one")
    told = events(ask(staff, [{"model": "smollm2-135m-instruct"}, {"model": "smollm2-135m-instruct", "temperature": 0}]).text)
    for number in (0, 1):
        mine = [event for event in told if event["column"] == number]
        assert [event["type"] for event in mine] == ["start", "delta", "done"]
        assert mine[0]["prompt"][-1] == {"role": "user", "content": "What is a stack?"}
        assert mine[2]["tokens"] == 1 and mine[2]["seconds"] >= mine[2]["first"] > 0
    assert {event["sampling"]["temperature"] for event in told if event["type"] == "start"} == {0, 0.2}


def test_a_model_that_fails_does_not_stop_the_other(staff, model):
    model.enqueue(BackendError("Not there."))
    model.enqueue("fine")
    told = events(ask(staff, [{"model": "a"}, {"model": "b"}]).text)
    assert sorted(event["type"] for event in told) == ["delta", "done", "error", "start", "start"]


@pytest.mark.parametrize("columns", [[], [{}], [7], [{"model": ""}], [{"model": "a", "temperature": 9}], [{"model": "a", "temperature": True}], [{"model": "a"}] * 5, "a", None])
def test_nonsense_is_refused(staff, columns):
    assert ask(staff, columns).status_code == 400
    assert staff.send("POST", "/console/try", [columns]).status_code == 400


def test_the_page_lists_the_models_and_says_when_it_cannot(staff, house, model):
    assert "shop · ab12" in staff.get("/console").text

    def broken():
        raise BackendError("The model's server cannot be reached.")

    house.client.models = broken
    assert "cannot be reached" in staff.get("/console").text


def test_visitors_have_no_console(app):
    assert Browser(app).get("/console", headers={"Accept": "text/html"}).status_code == 303
