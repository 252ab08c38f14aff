"""Blind tests: names stay hidden from staff, a choice counts once, the result says how sure it is."""

from __future__ import annotations

import pytest

from chatbot.client import BackendError
from chatbot.flows import blind as story
from chatbot.store import blind, test_questions
from chatbot.store.tables import BlindTest, BlindVote
from tests.web.fakes import FakeModel, events

MODELS = ["smollm2-135m-instruct", "ft:smollm2-135m-instruct:local:shop:ab12"]


@pytest.fixture
def model(house) -> FakeModel:
    house.client = FakeModel()
    return house.client


@pytest.fixture
def test(house, admin, model) -> BlindTest:
    admin.post("/console/blind", page="/console/blind", model=MODELS)
    return blind.every(house.store)[0]


def write(browser, path, json=None):
    browser.get("/console/blind")
    return browser.client.post(path, json=json or {}, headers={"X-CSRFToken": browser.token, "Accept": "application/json"})


def judged(browser, model, test, question=""):
    """Deal a pair and stream its answers; gives the deal and the text of the stream."""
    dealt = write(browser, f"/console/blind/{test.id}/deal", {"question": question}).get_json()
    model.enqueue("one")
    model.enqueue("two")
    return dealt, write(browser, f"/console/blind/votes/{dealt['vote']}/answers").text


def test_staff_never_see_which_model_it_is(house, staff, model, test):
    dealt, stream = judged(staff, model, test, "What is a stack?")
    told = str(dealt) + stream + staff.get(f"/console/blind/{test.id}").text + staff.get("/console/blind").text
    assert not any(name in told for name in ("smollm2", "shop", "ab12"))
    assert {event["type"] for event in events(stream)} == {"delta", "done"}
    assert staff.get(f"/console/blind/{test.id}/result").status_code == 403


def test_a_choice_counts_once_and_only_for_whom_it_was_dealt(house, staff, admin, model, test):
    dealt, _ = judged(staff, model, test, "What is a stack?")
    path = f"/console/blind/votes/{dealt['vote']}"
    assert write(admin, path, {"choice": "a"}).status_code == 404
    assert write(staff, path, {"choice": "c"}).status_code == 400
    assert write(staff, path, {"choice": "a"}).get_json() == {"judged": 1}
    assert write(staff, path, {"choice": "b"}).get_json() == {"judged": 1}
    assert [vote.choice for vote in blind.votes(house.store, test.id)] == ["a"]


def test_after_a_reload_the_same_answers_are_there(house, staff, model, test):
    dealt, _ = judged(staff, model, test, "What is a stack?")
    again = write(staff, f"/console/blind/{test.id}/deal").get_json()
    assert again["vote"] == dealt["vote"] and sorted(again["answers"]) == ["one", "two"]


def test_an_answer_that_cannot_be_had_is_not_judged_but_skipped(house, staff, model, test):
    dealt = write(staff, f"/console/blind/{test.id}/deal", {"question": "Why?"}).get_json()
    model.enqueue(BackendError("smollm2 is not there."))
    model.enqueue("fine")
    stream = write(staff, f"/console/blind/votes/{dealt['vote']}/answers").text
    assert "smollm2" not in stream and "could not be had" in stream
    path = f"/console/blind/votes/{dealt['vote']}"
    assert write(staff, path, {"choice": "a"}).status_code == 400
    assert write(staff, path, {"choice": "skip"}).get_json() == {"judged": 0}
    assert blind.votes(house.store, test.id) == []


def test_without_questions_a_person_types_one(house, staff, test):
    answer = write(staff, f"/console/blind/{test.id}/deal")
    assert answer.status_code == 422 and "no test questions" in answer.get_json()["error"]["message"]


def test_every_kept_question_comes_before_any_comes_twice(house, staff, model, test):
    kept = {"one?", "two?", "three?"}
    for question in kept:
        test_questions.add(house.store, question)
    asked = []
    for _ in range(6):
        dealt, _stream = judged(staff, model, test)
        asked.append(dealt["question"])
        write(staff, f"/console/blind/votes/{dealt['vote']}", {"choice": "same"})
    assert set(asked[:3]) == set(asked[3:]) == kept


def test_a_closed_test_takes_no_more_judgements(house, staff, admin, test):
    admin.post(f"/console/blind/{test.id}/close", page="/console/blind")
    assert write(staff, f"/console/blind/{test.id}/deal", {"question": "Why?"}).status_code == 400
    assert staff.get(f"/console/blind/{test.id}").status_code == 303


def test_two_models_that_exist_are_needed(house, admin, model):
    for chosen in ([MODELS[0]], [MODELS[0], "nothing"], [MODELS[0], MODELS[0]]):
        admin.post("/console/blind", page="/console/blind", model=chosen)
    assert blind.every(house.store) == []


def test_the_result_counts_by_model_not_by_side(admin, house, test):
    first, second = MODELS
    votes = [BlindVote(model_a=first, model_b=second, choice="a")] * 9 + [BlindVote(model_a=second, model_b=first, choice="b")] * 6
    votes += [BlindVote(model_a=first, model_b=second, choice=choice) for choice in ("b", "same", "bad", None)]
    (duel,) = story.duels(test, votes)
    assert (duel.won, duel.lost, duel.same, duel.bad) == (15, 1, 1, 1)
    assert duel.winner == first
    assert [round(value, 3) for value in duel.rate] == [0.938, 0.717, 0.989]  # Wilson's interval of 15 of 16


def test_few_votes_prove_nothing(test):
    first, second = MODELS
    (duel,) = story.duels(test, [BlindVote(model_a=first, model_b=second, choice="a")] * 3)
    assert duel.winner is None and duel.rate[0] == 1.0
