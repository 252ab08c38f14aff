"""Several choices of one request, and the lengths of each."""

from __future__ import annotations

import pytest

from tests.engine.asking import complete, say


def test_several_choices(client, model):
    for word in ("a", "b", "c"):
        model.enqueue(word)
    answer = say(client, n=3, seed=7)
    assert sorted(choice.message.content for choice in answer.choices) == ["a", "b", "c"]
    assert [choice.index for choice in answer.choices] == [0, 1, 2] and answer.usage.completion_tokens == 3
    assert sorted(stream.payload["seed"] for stream in model.streams) == [7, 8, 9]


def test_several_choices_in_a_stream(client, model):
    for word in ("a", "b"):
        model.enqueue(word)
    chunks = [chunk.choices[0] for chunk in say(client, n=2, stream=True)]
    for index in (0, 1):
        own = [chunk for chunk in chunks if chunk.index == index]
        assert own[0].delta.role == "assistant" and own[-1].finish_reason == "stop" and own[1].delta.content in "ab"


def test_prompts_times_n(client, model):
    for word in "abcd":
        model.enqueue(word)
    answer = complete(client, prompt=["x", "y"], n=2, echo=True)
    assert [choice.index for choice in answer.choices] == [0, 1, 2, 3]
    assert [choice.text[0] for choice in answer.choices] == ["x", "x", "y", "y"]
    assert answer.usage.prompt_tokens == 2


def test_best_of_returns_the_likeliest(client, model):
    for words in (["long", "c"], ["a", "b"], ["longer", "d"]):
        model.enqueue(*words)  # in this model's eyes long words are unlikely and single letters certain
    answer = complete(client, best_of=3, n=2)
    assert [choice.text for choice in answer.choices] == ["ab", "longc"] and answer.usage.completion_tokens == 6


@pytest.mark.parametrize("prompt", [[72, 105], [[72, 105]]])
def test_prompts_of_tokens(client, model, prompt):
    model.enqueue("!")
    assert complete(client, prompt=prompt, echo=True).choices[0].text == "Hi!"
    assert model.streams[0].payload["prompt"] == [72, 105]


def test_lengths(client, model):
    for _ in range(4):
        model.enqueue(*"abcdefghijklmnopqrstuvwxyz")
    assert complete(client).usage.completion_tokens == 16, "the default of this endpoint"
    assert complete(client, max_tokens=0, echo=True).choices[0].text == "Once"
    assert say(client, max_tokens=3).choices[0].finish_reason == "length"
    assert say(client, max_tokens=3, max_completion_tokens=5).usage.completion_tokens == 5, "the new name wins"
