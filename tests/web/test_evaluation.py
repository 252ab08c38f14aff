"""Evaluation in the Studio: questions in, marks out, with a model that says what the test tells it."""

from __future__ import annotations

import io
import json
import time

import pytest

from chatbot.client import BackendError
from chatbot.flows import evaluating, similar
from chatbot.records import Example
from chatbot.store import models
from chatbot.store.works import evaluations
from chatbot.prompting import DSA
from tests.web.conftest import PAGE
from tests.web.fakes import FakeModel

MODEL = "ft:smollm2-135m-instruct:local:shop:ab12"
ROWS = [
    {"question": "what does a city bike cost", "answer": "A city bike costs 19 euros a day.", "must": ["19 euros"]},
    {"question": "where is the shop", "answer": "At 14 Quayside Lane.", "must": ["14 Quayside Lane"]},
    {"question": "who is the president of france"},
]
FILE = "".join(json.dumps(row) + "\n" for row in ROWS).encode()


class Shop(FakeModel):
    """A backend without embeddings, so approved answers are found by their words."""

    def embed(self, model, texts):
        raise BackendError("no such model", 404)

    def jobs(self):
        return []


@pytest.fixture
def shop(house, no_models):
    """A tuned model with two approved answers."""
    house.__dict__["client"] = Shop()
    models.add_run(house.store, persona=DSA, job_id="ftjob-1", dataset_sha256="", base_model="smollm2-135m-instruct", style="chat", suffix="")
    models.finish_run(house.store, "ftjob-1", MODEL)
    examples = [Example(row["question"], row["answer"]) for row in ROWS[:2]] + [Example("which city bike is cheapest", ROWS[0]["answer"])]
    similar.keep(house, "ftjob-1", similar.learn(house, examples))
    return house.client


def start(admin, content=FILE, ways=("tuned+retrieval",), model=MODEL):
    admin.get("/admin/evaluation")
    form = {"csrf_token": admin.token, "file": (io.BytesIO(content), "questions.jsonl"), "model": model, "way": list(ways)}
    return admin.client.post("/admin/evaluation", data=form, headers=PAGE | {"Origin": "http://localhost"})


def wait(admin, address):
    deadline = time.monotonic() + 20
    while admin.get(f"{address}/progress").json["status"] in ("waiting", "running"):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return admin.get(address).text


def test_answers_are_counted_and_shown(house, admin, shop):
    shop.enqueue("A city bike costs ", "19 euros a day.")
    shop.enqueue("At 41 Harbour Road.")
    shop.enqueue("At 42 Harbour Road.")
    page = wait(admin, start(admin).location)
    [each] = evaluations.every(house.store)
    told = each.figures["tuned+retrieval"]
    assert (told["accuracy"], told["made_up"], told["outside_handed_over"], told["guarded"]) == (1.0, 0.0, 1.0, pytest.approx(1 / 3))
    assert (told["recall_1"], told["recall_3"]) == (1.0, 1.0)
    assert "corrected by the guard" in page and "Harbour Road" not in page and "14 Quayside Lane" in page
    assert "Approved answers:" in shop.asked[0][1][-1]["content"] and "100%" in page


def test_alone_a_model_is_counted_as_it_speaks(house, admin, shop):
    for said in ("It costs 20 euros.", "At 14 Quayside Lane.", "It is Marie."):
        shop.enqueue(said)
    page = wait(admin, start(admin, ways=["tuned"]).location)
    told = evaluations.every(house.store)[0].figures["tuned"]
    assert (told["accuracy"], told["outside_handed_over"], told["guarded"]) == (0.5, 0.0, None)
    assert told["made_up"] == pytest.approx(2 / 3) and "made up" in page
    assert "In no source: 20" in page and "In no source: Marie" in page


def test_a_question_may_follow_from_another(house, admin, shop):
    before = [{"role": "user", "content": "what does a city bike cost"}, {"role": "assistant", "content": "19 euros a day."}]
    shop.enqueue("No, a deposit of 50 euros.")
    line = {"question": "and nothing else?", "answer": "A deposit of 50 euros.", "must": ["50 euros"], "history": before}
    page = wait(admin, start(admin, json.dumps(line).encode(), ways=["tuned"]).location)
    assert shop.asked[0][1][-3:] == [*before, {"role": "user", "content": "and nothing else?"}]
    assert evaluations.every(house.store)[0].figures["tuned"]["accuracy"] == 1 and "what does a city bike cost → 19 euros a day." in page


def test_what_was_stopped_goes_on_where_it_was(house, admin, shop):
    for said in ("A city bike costs 19 euros a day.", "At 14 Quayside Lane."):
        shop.enqueue(said)
    shop.enqueue(0.3, "It is Marie.")
    address = start(admin, ways=["tuned"]).location
    time.sleep(0.1)
    admin.post(address, action="stop")
    wait(admin, address)
    shop.enqueue("I do not know.")
    admin.post(address, action="go-on")
    wait(admin, address)
    [each] = evaluations.every(house.store)
    assert each.status == "done" and each.figures["tuned"]["rows"] == 3


def test_a_model_that_does_not_answer_is_no_right_answer(house, admin, shop):
    shop.enqueue(BackendError("The model's server cannot be reached."))
    shop.enqueue("At 14 Quayside Lane.")
    shop.enqueue("I do not know.")
    page = wait(admin, start(admin, ways=["tuned"]).location)
    told = evaluations.every(house.store)[0].figures["tuned"]
    assert told["errors"] == 1 and told["rows"] == 3 and "no answer" in page


@pytest.mark.parametrize(
    "content, sentence",
    [(b"", "holds no questions"), (b'{"question": 3}', "Line 1 is not"), (b'{"question": "a"}\nnonsense', "Line 2 is not"), (b'{"question":"a","must":"b"}', "Line 1"), (b'{"question":"a","history":[{"role":"system","content":"b"}]}', "Line 1")],
)
def test_a_bad_file_is_refused_with_its_line(admin, shop, content, sentence):
    answer = start(admin, content)
    assert answer.status_code == 422 and sentence in answer.text


def test_a_way_that_the_model_does_not_have_is_refused(admin, shop):
    answer = start(admin, ways=["tuned+retrieval"], model="smollm2-135m-instruct")
    assert answer.status_code == 422 and "cannot be asked in the ways" in answer.text


def test_without_a_model_nothing_is_started(house, admin, shop):
    answer = start(admin, model="")
    assert answer.status_code == 422 and "Choose a model first." in answer.text and evaluations.every(house.store) == []


def test_visitors_and_staff_stay_outside(browser, staff):
    assert browser.get("/admin/evaluation").status_code in (302, 303) and staff.get("/admin/evaluation").status_code == 403


def test_a_deleted_evaluation_is_gone(admin, shop):
    for _ in range(3):
        shop.enqueue("No.")
    address = start(admin, ways=["tuned"]).location
    wait(admin, address)
    assert admin.post(address, action="delete").location == "/admin/evaluation"
    assert admin.get(address).status_code == 404 and "Nothing measured yet" in admin.get("/admin/evaluation").text


def test_a_stop_of_the_site_does_not_lose_an_evaluation(house, admin, shop):
    """What an earlier process left running is taken up again."""
    row = {"question": "where", "answer": "", "must": []}
    left = evaluations.add(house.store, name="q", sha256="1", model=MODEL, rows=[row], marks={"tuned": []}, figures={}, status="running")
    shop.enqueue("Here.")
    evaluating.WORK.start_unfinished(house)
    wait(admin, f"/admin/evaluation/{left.id}")
    assert evaluations.get(house.store, left.id).status == "done"
