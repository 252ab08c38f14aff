"""Stop texts: never shown, never split, and they end the generation."""

from __future__ import annotations

import time

import pytest

from tests.engine.asking import complete, say


STOPS = [
    (["Hello", " END", " more"], [" END"], "Hello"),
    (["Hello ", "E", "N", "D of"], [" END"], "Hello"),
    (["a EN", " END"], [" END"], "a EN"),
    (["a E", "N"], [" END"], "a EN"),
    (["one\ntwo"], ["\n", "two"], "one"),
    (["aaab"], ["aab"], "a"),
    (["a", "a", "a", "b", "c"], ["aab"], "a"),
    (["no stop"], [], "no stop"),
    (["x"], ["x"], ""),
]


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("pieces, stop, expected", STOPS)
def test_stop_text_is_never_returned(client, model, pieces, stop, expected, stream):
    model.enqueue(*pieces)
    answer = complete(client, stop=stop, stream=stream, max_tokens=10)
    if stream:
        chunks = list(answer)
        text, reason = "".join(chunk.choices[0].text for chunk in chunks), chunks[-1].choices[0].finish_reason
    else:
        text, reason = answer.choices[0].text, answer.choices[0].finish_reason
    assert (text, reason) == (expected, "stop")


def test_a_held_back_end_is_shown_when_the_length_ends_it(client, model):
    model.enqueue("a", " EN", "D")
    answer = complete(client, stop=" END", max_tokens=2)
    assert (answer.choices[0].text, answer.choices[0].finish_reason) == ("a EN", "length")


def test_a_stop_ends_the_generation(client, model):
    model.enqueue("Hello", " END", 30, "more")
    before = time.monotonic()
    assert complete(client, stop=" END").choices[0].text == "Hello"
    assert time.monotonic() - before < 5 and model.streams[0].closed.is_set()


def test_stop_text_leaves_no_logprobs(client, model):
    model.enqueue("Hello", " E", "ND", "!")
    logs = complete(client, stop=" END", logprobs=0).choices[0].logprobs
    assert logs.tokens == ["Hello"]
