"""Answers that break off, fall silent, or whose client leaves."""

from __future__ import annotations

import threading
import time

import openai
import pytest

from chatbot.engine import sse
from chatbot.engine.llama import LlamaCrashed
from tests.engine.asking import HI, say
from tests.engine.conftest import BASE, KEY


def test_a_crash_before_the_first_word_is_a_status(client, model):
    model.enqueue(LlamaCrashed("gone"))
    with pytest.raises(openai.InternalServerError) as error:
        say(client, stream=True)
    assert error.value.status_code == 503 and model.users == 0


def test_a_crash_after_the_first_word_ends_the_stream_with_an_error(client, model):
    model.enqueue("Hel", LlamaCrashed("gone"))
    words = []
    with pytest.raises(openai.APIError, match="The model stopped while it was answering") as error:
        for chunk in say(client, stream=True):
            words.append(chunk.choices[0].delta.content)
    assert words == ["", "Hel"] and error.value.type == "server_error" and model.users == 0


@pytest.mark.parametrize("stream", [False, True])
def test_an_answer_that_left_its_form_is_no_answer(client, model, stream):
    model.enqueue('{"a": ', "well,")
    form = {"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "object"}}}
    with pytest.raises(openai.APIError, match="does not hold to 'response_format'") as error:
        list(say(client, stream=stream, response_format=form))
    assert error.value.type == "server_error" and model.users == 0


def test_silence_is_filled_and_a_client_that_leaves_is_noticed(app, model, monkeypatch):
    monkeypatch.setattr(sse, "SILENCE", 0.1)
    model.enqueue(60, "late")
    wishes = {"model": BASE, "messages": HI, "stream": True}
    answer = app.test_client().post("/v1/chat/completions", json=wishes, headers={"Authorization": f"Bearer {KEY}"}, buffered=False)
    parts = answer.iter_encoded()
    assert b'"role":"assistant"' in next(parts)
    assert [next(parts) for _ in range(3)] == [sse.PING] * 3
    answer.close()
    assert model.streams[0].closed.wait(2) and model.users == 0


def test_closing_a_stream_stops_every_choice(client, model):
    for _ in range(6):
        model.enqueue("a", 60)
    stream = say(client, stream=True, n=6)
    next(iter(stream))
    stream.close()
    deadline = time.monotonic() + 3
    while time.monotonic() < deadline and (threading.active_count() > 3 or model.users):
        time.sleep(0.02)
    assert model.users == 0 and all(each.closed.is_set() for each in model.streams) and len(model.streams) <= 6
