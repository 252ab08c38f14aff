"""Embeddings as the official client sees them, with the real model."""

from __future__ import annotations

import math
import os
import signal

import openai
import pytest

MODEL = "all-minilm-l6-v2"


def embed(client, text, **more):
    loose = client.with_options()  # the strict types do not know the base64 that the client itself asks for
    return loose.embeddings.create(model=MODEL, input=text, **more)


def near(one: list[float], other: list[float]) -> float:
    return math.sumprod(one, other) if hasattr(math, "sumprod") else sum(a * b for a, b in zip(one, other))


def test_vectors(client, engine, http):
    texts = ["how long does delivery take?", "Shipping needs three working days.", "I want my money back"]
    answer = embed(client, texts)
    vectors = [each.embedding for each in answer.data]
    assert [each.index for each in answer.data] == [0, 1, 2] and all(len(vector) == 384 for vector in vectors)
    assert near(vectors[0], vectors[0]) == pytest.approx(1) and near(vectors[0], vectors[1]) > 0.5 > near(vectors[0], vectors[2])
    reference = [0.01977848, -0.01360278, 0.0207332, 0.06142467, -0.02835027, -0.0867475]  # transformers' BertModel
    assert vectors[0][:6] == pytest.approx(reference, abs=3e-3), "bf16, where the processor has it"
    assert answer.usage.prompt_tokens == answer.usage.total_tokens == 23
    floats = http.post("/v1/embeddings", json={"model": MODEL, "input": texts[0]}).json["data"][0]["embedding"]
    assert floats == pytest.approx(vectors[0], abs=3e-3), "as base64, which the client asks for, and as numbers"
    by_tokens = embed(client, [[101, 2129, 2146, 2515, 6959, 2202, 1029, 102]]).data[0].embedding
    assert by_tokens == pytest.approx(vectors[0], abs=3e-3)
    os.kill(engine.embedder._process._pid, signal.SIGKILL)
    assert embed(client, texts[0]).data[0].embedding == pytest.approx(vectors[0], abs=3e-3), "started again"
    for wrong, param, code in (
        ({"input": ""}, "input", "invalid_value"),
        ({"input": [10**6]}, "input", "invalid_value"),
        ({"input": 3}, "input", "invalid_type"),
        ({"input": "word " * 600}, "input", "context_length_exceeded"),
        ({"input": "a", "dimensions": 64}, "dimensions", "unsupported_value"),
        ({"input": "a", "encoding_format": "int8"}, "encoding_format", "invalid_value"),
    ):
        with pytest.raises(openai.BadRequestError) as error:
            client.embeddings.create(model=MODEL, **wrong)
        assert (error.value.param, error.value.code) == (param, code)


def test_other_models_do_not_embed(client):
    with pytest.raises(openai.NotFoundError) as error:
        client.embeddings.create(model="text-embedding-3-small", input="a")
    assert error.value.code == "model_not_found"


def test_only_so_many_texts_may_wait(client, engine):
    headers = client.with_options().embeddings.with_raw_response.create(model=MODEL, input="one").headers
    assert headers["openai-model"] == MODEL and headers["x-ratelimit-remaining-requests"] == "32"
    engine.embedder.busy = engine.embedder.places
    with pytest.raises(openai.InternalServerError) as refused:
        embed(client, "two")
    assert refused.value.status_code == 503 and refused.value.response.headers["retry-after"] == "5"
