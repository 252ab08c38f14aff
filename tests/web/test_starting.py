"""Starting a training of a large set: the page between, a second click, what goes wrong on the way."""

from __future__ import annotations

import time

import pytest

from chatbot.flows import datasets as story
from chatbot.records import DataError
from chatbot.store import models
from chatbot.web import starting
from tests.web.studio import engine, prepared, train  # noqa: F401


@pytest.fixture
def slow(monkeypatch):
    """Looking for approved answers takes half a second, and nobody waits so long for the answer to a click."""
    real, calls = story.train, []

    def late(*args, **choices):
        calls.append(choices["token"])
        time.sleep(0.5)
        return real(*args, **choices)

    monkeypatch.setattr(story, "train", late)
    monkeypatch.setattr(starting, "PATIENCE", 0.05)
    return calls


def follow(admin, address: str):
    """The first address that is not the page between."""
    for _ in range(100):
        page = admin.get(address)
        if page.status_code == 303:
            return page.location
        assert "Starting the training" in page.text
        time.sleep(0.1)
    raise AssertionError("the training never started")


def test_a_large_set_shows_a_page_between_and_two_clicks_start_once(house, admin, engine, slow):
    dataset = prepared(admin)
    form = {"dataset_id": dataset.rsplit("/", 1)[1], "token": "once"}
    first, second = (admin.post("/admin/training", **form).location for _ in range(2))
    assert "/starting/" in first and first == second
    assert "/admin/training/ftjob-" in follow(admin, first)
    assert len(slow) == len(models.runs(house.store)) == 1


def test_what_goes_wrong_is_said_on_the_form(admin, engine, monkeypatch):
    def broken(*args, **choices):
        raise DataError("The disk is full.")

    monkeypatch.setattr(story, "train", broken)
    back = train(admin, prepared(admin)).location
    assert "The disk is full." in admin.get(back).text


def test_a_start_that_a_restart_broke_off_is_said(admin, engine):
    dataset = prepared(admin).rsplit("/", 1)[1]
    back = admin.get(f"/admin/training/starting/{dataset}/gone").location
    assert "Start the training again" in admin.get(back).text
