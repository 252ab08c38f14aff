"""Models page: what is live, putting live, taking back, deleting, where a model came from."""

from __future__ import annotations

import re

import pytest

from chatbot.client import BackendError
from chatbot.flows import approved, asking, evaluate, finetune
from chatbot.records import Message
from chatbot.store import models
from tests.web.studio import engine, prepared, train, wait_for  # noqa: F401

BASE = "smollm2-135m-instruct"


@pytest.fixture
def tuned(admin, engine) -> str:
    """A model trained on a dataset called talks."""
    job = train(admin, prepared(admin), suffix="shop").location
    wait_for(admin, job, "succeeded")
    return re.search(r'name="model" value="(ft:[^"]+)"', admin.get(job).text)[1]


def test_the_base_model_is_live_at_first(admin, engine):
    page = admin.get("/admin/models").text
    assert BASE in page and "The base model answers until" in page and "None yet" in page


def test_a_model_shows_where_it_came_from(admin, tuned):
    page = admin.get("/admin/models").text
    assert tuned in page and ">talks</a>" in page and "1 earlier state" in page and f"{tuned}:ckpt-step-10" in page


def test_put_live_and_take_back(house, admin, tuned):
    admin.post("/admin/models/live", model=tuned)
    assert models.live(house.store).model == tuned
    assert f"{tuned} answers your visitors now." in admin.get("/admin/models").text
    admin.post("/admin/models/take-back")
    assert models.live(house.store).model == BASE
    assert "There is no earlier model" not in admin.get("/admin/models").text
    admin.post("/admin/models/take-back")
    assert "There is no earlier model" in admin.get("/admin/models").text
    assert models.live(house.store).model == BASE


def test_the_live_model_cannot_be_deleted(house, admin, tuned):
    admin.post("/admin/models/live", model=tuned)
    admin.post("/admin/models/delete", model=tuned)
    assert "Put another one live before you delete it." in admin.get("/admin/models").text
    assert tuned in {model.id for model in house.client.models()}


def test_other_models_can_be_deleted(house, admin, tuned):
    admin.post("/admin/models/delete", model=tuned)
    assert "is deleted" in admin.get("/admin/models").text
    assert tuned not in {model.id for model in house.client.models()}


def test_a_base_model_is_not_deleted(house, admin, tuned):
    admin.post("/admin/models/live", model=tuned)
    admin.post("/admin/models/delete", model=BASE)
    assert BASE in {model.id for model in house.client.models()}
    assert "is deleted" not in admin.get("/admin/models").text


@pytest.mark.parametrize("name", ["..", "ft:模型:local::x", "ft:gone"])
def test_what_is_no_model_is_not_deleted_and_that_is_said(admin, engine, name):
    assert admin.post("/admin/models/delete", page="/admin/models", model=name).status_code == 303
    assert re.search(r"There is nothing of that name|does not exist", admin.get("/admin/models").text)


def test_a_model_that_is_gone_is_not_put_live(house, admin, engine):
    admin.post("/admin/models/live", page="/admin/models", model="ft:gone")
    assert "does not exist any more" in admin.get("/admin/models").text
    assert models.live(house.store) is None


def test_a_model_that_does_not_answer_leaves_the_one_before_it_live(house, admin, tuned, monkeypatch):
    monkeypatch.undo()  # now it is asked, and the played training left no model that could answer
    models.put_live(house.store, BASE, "chat")
    admin.post("/admin/models/live", model=tuned)
    page = admin.get("/admin/models").text
    assert "does not answer, so nothing was changed" in page and models.live(house.store).model == BASE


def test_a_live_model_that_vanished_is_announced(house, admin, engine):
    models.put_live(house.store, "ft:vanished", "chat")
    assert "The live model is gone" in admin.get("/admin/models").text


class Silent:
    """A backend that does not answer."""

    def __getattr__(self, name: str):
        def fail(*_args, **_more):
            raise BackendError(Message("The model's server cannot be reached. Is it running?"))

        return fail


@pytest.mark.parametrize("page", ["/admin/", "/admin/training", "/admin/models"])
def test_pages_stand_while_the_server_of_the_models_does_not_answer(house, admin, page):
    house.__dict__["client"] = Silent()
    response = admin.get(page)
    assert response.status_code == 200 and "cannot be" in response.text


def test_an_earlier_state_has_the_approved_answers_of_its_training(house, admin, tuned):
    checkpoint = f"{tuned}:ckpt-step-10"
    assert approved.index_of(house, checkpoint) is approved.index_of(house, tuned) is not None
    assert evaluate.ways_of(house, checkpoint) == list(evaluate.WAYS)
    run = models.run_of_model(house.store, tuned)
    assert asking.style_of(house, checkpoint) == run.style and finetune.run_of(house, checkpoint).job_id == run.job_id
    assert finetune.run_of(house, f"{tuned}:ckpt-step-11") is None and finetune.run_of(house, BASE) is None
