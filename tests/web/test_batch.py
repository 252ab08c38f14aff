"""Batches: many questions, a table that fills, files to take away; nothing is asked twice, nothing lost by a stop."""

from __future__ import annotations

import io
import json
from threading import Thread, enumerate as enumerate_threads

import pytest

from chatbot.client import BackendError
from chatbot.flows import batch as story
from chatbot.flows.background import Background
from chatbot.records import DataError
from chatbot.store.works import batches
from tests.web.fakes import FakeModel

MODEL = "smollm2-135m-instruct"


@pytest.fixture
def model(house) -> FakeModel:
    house.client = FakeModel()
    return house.client


@pytest.fixture
def by_hand(monkeypatch):
    """Batches wait until the test works on them."""
    monkeypatch.setattr(Background, "start", lambda work, house, batch_id: None)


def make(house, *questions, models=(MODEL,)):
    rows = [{"question": question, "answers": {}} for question in questions]
    return batches.add(house.store, name=questions[0], models=list(models), rows=rows)


def answers(house, batch):
    return [row["answers"] for row in batches.get(house.store, batch.id).rows]


def test_pasted_questions_are_asked_and_the_table_fills(house, staff, model):
    for word in ("eins", "zwei"):
        model.enqueue(word)
    page = staff.post("/console/batch", page="/console/batch", questions="one?\n\n two? \none?", model=[MODEL])
    assert page.status_code == 303
    batch = batches.every(house.store)[0]
    for thread in enumerate_threads():
        if thread.name == f"batches {batch.id}":
            thread.join(10)
    assert [row[MODEL]["text"] for row in answers(house, batch)] == ["eins", "zwei"]
    assert staff.get(f"/console/batch/{batch.id}/progress").get_json() | {"rows": []} == {"status": "done", "done": 2, "all": 2, "rows": []}
    assert "zwei" in staff.get(f"/console/batch/{batch.id}").text


def test_what_was_answered_is_not_asked_again_after_a_stop(house, model):
    batch = make(house, "one?", "two?")
    batches.keep(house.store, batch.id, rows=[{"question": "one?", "answers": {MODEL: {"text": "kept"}}}, {"question": "two?", "answers": {}}])
    batches.move(house.store, batch.id, "running", out_of=("waiting",))  # as a killed process leaves it
    model.enqueue("new")
    assert batches.unfinished(house.store) == [batch.id]
    story.WORK.work(house, batch.id)
    assert [row[MODEL]["text"] for row in answers(house, batch)] == ["kept", "new"]
    assert batches.status(house.store, batch.id) == "done"


def test_stop_ends_it_and_go_on_finishes_it(house, staff, model, by_hand):
    batch = make(house, "one?", "two?", "three?")

    class Stopping(FakeModel):
        def chat(self, *args):
            batches.move(house.store, batch.id, "stopped", out_of=("running",))
            return super().chat(*args)

    house.client = Stopping()
    house.client.enqueue("one")
    story.WORK.work(house, batch.id)
    assert story.progress(batches.get(house.store, batch.id)) == (1, 3)
    house.client = model
    model.enqueue("two")
    model.enqueue("three")
    staff.post(f"/console/batch/{batch.id}", page="/console/batch", action="go-on")
    story.WORK.work(house, batch.id)
    assert batches.status(house.store, batch.id) == "done"


def test_stopped_and_let_go_on_while_a_question_is_asked_it_does_not_stand_still(house, by_hand):
    batch = make(house, "one?", "two?")

    class Hasty(FakeModel):
        def chat(self, *args):
            if not self.asked:
                batches.move(house.store, batch.id, "stopped", out_of=("running",))
                batches.move(house.store, batch.id, "waiting", out_of=("stopped",))
            return super().chat(*args)

    house.client = Hasty()
    house.client.enqueue("one")
    house.client.enqueue("two")
    story.WORK.work(house, batch.id)
    assert batches.status(house.store, batch.id) == "done"


def test_two_workers_do_not_ask_the_same(house, model):
    batch = make(house, "one?", "two?")
    model.enqueue(0.3, "one")
    model.enqueue("two")
    workers = [Thread(target=story.WORK.work, args=(house, batch.id)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(model.asked) == 2 and batches.status(house.store, batch.id) == "done"


def test_a_model_that_fails_is_said_in_its_place(house, staff, model):
    batch = make(house, "one?", "two?")
    model.enqueue(BackendError("The model is gone."))
    model.enqueue("two")
    story.WORK.work(house, batch.id)
    assert answers(house, batch)[0][MODEL] == {"error": "The model is gone."}
    assert "The model is gone." in staff.get(f"/console/batch/{batch.id}").text


def test_files_are_safe_for_spreadsheets(house, staff, model):
    batch = make(house, "=1+1?", "＝2?")
    model.enqueue('@sum("x")')
    model.enqueue("line\nbreak")
    story.WORK.work(house, batch.id)
    table = staff.get(f"/console/batch/{batch.id}/answers.csv").data.decode("utf-8-sig")
    assert table == f"question,{MODEL}\r\n'=1+1?,\"'@sum(\"\"x\"\")\"\r\n'＝2?,\"line\nbreak\"\r\n"
    lines = staff.get(f"/console/batch/{batch.id}/answers.jsonl").text.splitlines()
    assert json.loads(lines[0]) == {"question": "=1+1?", "answers": {MODEL: '@sum("x")'}}


@pytest.mark.parametrize(
    "name, content",
    [
        ("q.txt", b"one?\r\ntwo?\r\n"),
        ("q.csv", "id,Question\n1,one?\n2,two?\n".encode("utf-16")),
        ("q.tsv", b"one?\tx\ntwo?\ty\n"),
        ("mac.csv", b"question\rone?\rtwo?\r"),
    ],
)
def test_questions_from_a_file(house, staff, model, by_hand, name, content):
    staff.post("/console/batch", page="/console/batch", file=(io.BytesIO(content), name), model=[MODEL])
    assert [row["question"] for row in batches.every(house.store)[0].rows] == ["one?", "two?"]


def test_nonsense_is_said_and_what_was_typed_stays(house, staff, model):
    page = staff.post("/console/batch", page="/console/batch", questions="one?")
    assert page.status_code == 422 and "one to four models" in page.text and "one?" in page.text
    with pytest.raises(DataError, match="takes 500"):
        story.questions_of("\n".join(map(str, range(501))))
    with pytest.raises(DataError, match="one question a line"):
        story.questions_of(" \n ")


def test_a_deleted_batch_is_gone(house, staff, by_hand):
    batch = make(house, "one?")
    staff.post(f"/console/batch/{batch.id}", page="/console/batch", action="delete")
    assert staff.get(f"/console/batch/{batch.id}").status_code == 404


def test_a_batch_that_breaks_off_is_failed_and_can_go_on(house, staff, model, monkeypatch):
    batch = make(house, "one?")
    monkeypatch.setattr(model, "chat", lambda *args: 1 / 0)
    story.WORK._quietly(house, batch.id)
    page = staff.get(f"/console/batch/{batch.id}").text
    assert batches.status(house.store, batch.id) == "failed" and "The batch broke off" in page and "Go on" in page
