"""The same endpoints with the real base model and its serving process."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack

import openai
import pytest
from flask import Flask
from werkzeug.serving import make_server

from chatbot.engine.app import make_app
from chatbot.engine.config import EngineConfig
from tests.engine.conftest import BASE, KEY, client_of

COUNT = [{"role": "user", "content": "Count from one to ten."}]


@pytest.fixture(scope="module")
def live(tmp_path_factory, cache) -> Iterator[Flask]:
    home = tmp_path_factory.mktemp("live")
    config = EngineConfig(home=home / "home", cache=cache, models=home / "models", slots=2, queue=4)
    app = make_app(config, lambda key: key == KEY)
    yield app
    app.extensions["engine"].close()


@pytest.fixture(scope="module")
def real(live: Flask) -> openai.OpenAI:
    return client_of(live)


def say(real, **wishes):
    return real.chat.completions.create(**{"model": BASE, "messages": COUNT, "max_tokens": 12, "temperature": 0} | wishes)


def tokens(live: Flask, text: str) -> list[int]:
    engine = live.extensions["engine"]
    with engine.pool.model(engine.models.get(BASE).served()) as llama:
        return llama.tokenize(text)


def test_a_stream_says_the_same_as_one_piece(real):
    whole = say(real, logprobs=True, top_logprobs=3)
    chunks = list(say(real, stream=True, stream_options={"include_usage": True}))
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks[:-1])
    assert text == whole.choices[0].message.content and text
    assert chunks[-1].usage.prompt_tokens == whole.usage.prompt_tokens
    assert chunks[-1].usage.completion_tokens == whole.usage.completion_tokens <= 12
    assert chunks[-1].usage.prompt_tokens_details.cached_tokens > 0
    tokens = whole.choices[0].logprobs.content
    assert "".join(token.token for token in tokens) == text
    for token in tokens:
        assert token.logprob <= 0 and token.top_logprobs[0].logprob == token.logprob, "temperature 0 takes the likeliest"
        assert bytes(token.bytes).decode() == token.token


def test_the_end_of_an_answer_is_no_token_of_it(real):
    said = real.completions.create(model=BASE, prompt="Hi", temperature=0, logprobs=0, max_tokens=8, logit_bias={2: 100})
    assert (said.choices[0].text, said.choices[0].finish_reason) == ("", "stop")
    assert said.choices[0].logprobs.tokens == []


def test_seeds(real):
    texts = [say(real, temperature=1, seed=seed, max_tokens=6).choices[0].message.content for seed in (5, 5, 6)]
    assert texts[0] == texts[1] != texts[2]
    choices = say(real, temperature=1, seed=5, n=3, max_tokens=6).choices
    assert len({choice.message.content for choice in choices}) == 3


def test_stop_texts_are_found_across_tokens(real):
    text = say(real).choices[0].message.content
    stop = text[len(text) // 2 - 3 : len(text) // 2 + 3]
    cut = say(real, stop=[stop])
    assert cut.choices[0].message.content == text[: text.index(stop)] and cut.choices[0].finish_reason == "stop"
    assert 0 < cut.usage.prompt_tokens_details.cached_tokens < cut.usage.prompt_tokens


def test_answers_of_a_given_form(real):
    schema = {"type": "object", "properties": {"age": {"enum": [1, 2]}, "kind": {"enum": ["cat", "dog"]}}, "required": ["age", "kind"], "additionalProperties": False}
    form = {"type": "json_schema", "json_schema": {"name": "pet", "schema": schema, "strict": True}}
    text = say(real, response_format=form, max_tokens=100).choices[0].message.content
    pet = json.loads(text)
    assert pet["age"] in (1, 2) and pet["kind"] in ("cat", "dog")
    assert text == json.dumps(pet), "no blanks but those a person would write"
    wide = {"type": "object", "properties": {f"key {n}": {"type": "string"} for n in range(500)}}
    for wrong in (wide, {"type": "nonsense"}, {"$ref": "#/nowhere"}, {"type": "string", "pattern": "(("}):
        with pytest.raises(openai.BadRequestError, match="Invalid schema"):
            say(real, response_format={"type": "json_schema", "json_schema": {"name": "x", "schema": wrong}})


def test_characters_are_never_split(real):
    text = "👍🏽 日本語 né"
    form = {"type": "json_schema", "json_schema": {"name": "x", "schema": {"const": text}}}
    pieces = [chunk.choices[0].delta.content or "" for chunk in say(real, response_format=form, max_tokens=60, stream=True)]
    assert json.loads("".join(pieces)) == text and "\ufffd" not in "".join(pieces) and len(pieces) > 5


def test_bias_and_penalties(real, live):
    first = say(real, max_tokens=1).choices[0].message.content
    other = say(real, max_tokens=1, logit_bias={tokens(live, first)[0]: -100}).choices[0].message.content
    assert first and other != first
    dull = real.completions.create(model=BASE, prompt="na na na na na na na na", max_tokens=12, temperature=0).choices[0].text
    fresh = real.completions.create(model=BASE, prompt="na na na na na na na na", max_tokens=12, temperature=0, frequency_penalty=2).choices[0].text
    assert fresh.count("na") < dull.count("na")


def test_prompts_of_tokens_and_echo(real, live):
    ids = tokens(live, "The capital of France is")
    wishes = {"model": BASE, "max_tokens": 5, "temperature": 0, "echo": True}
    by_ids, by_text = (real.completions.create(prompt=prompt, **wishes) for prompt in (ids, "The capital of France is"))
    assert by_ids.choices[0].text == by_text.choices[0].text and "Paris" in by_text.choices[0].text
    assert real.completions.create(prompt=ids, **wishes | {"max_tokens": 0}).usage.completion_tokens == 0
    with pytest.raises(openai.BadRequestError, match="vocabulary"):
        real.completions.create(prompt=[10**9], **wishes)


def test_more_requests_than_the_queue_takes(real, live):
    engine = live.extensions["engine"]
    served = engine.models.get(BASE).served()
    with ExitStack() as stack:
        for _ in range(2 + 4):  # slots and places in the queue
            stack.enter_context(engine.pool.model(served))
        with pytest.raises(openai.InternalServerError) as refused:
            say(real)
    assert refused.value.status_code == 503 and int(refused.value.response.headers["retry-after"]) > 0
    assert say(real).choices[0].message.content


LONG = " ".join(f"{n * 7919 % 9973}" for n in range(780))  # takes many seconds to read


@pytest.mark.parametrize("prompt, stream", [(LONG, True), (LONG, False), ("Tell me a long story.", False)])
def test_a_client_that_leaves_frees_its_place(live, prompt, stream):
    """Before the first word, or while an answer in one piece is written."""
    server = make_server("127.0.0.1", 0, live, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    pool = live.extensions["engine"].pool
    seat = pool._seats[BASE]
    wish = {"model": BASE, "messages": [{"role": "user", "content": prompt}], "logit_bias": {0: -100, 2: -100}}
    body = json.dumps(wish | {"stream": stream}).encode()
    head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    try:
        with socket.create_connection(("127.0.0.1", server.server_port)) as connection:
            connection.sendall(head.encode() + body)
            deadline = time.monotonic() + 2
            while not seat.users and time.monotonic() < deadline:
                time.sleep(0.01)
            assert seat.users == 1
        left = time.monotonic()
        while seat.users:
            assert time.monotonic() - left < 6
            time.sleep(0.05)
    finally:
        server.shutdown()


def test_the_serving_process_may_die(real, live):
    llama = live.extensions["engine"].pool._seats[BASE].llama
    llama._process.kill()
    llama._process.wait()
    assert say(real).choices[0].message.content
