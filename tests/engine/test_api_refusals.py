"""Requests for answers that are refused: which field, which code, which sentence."""

from __future__ import annotations

import openai
import pytest

from chatbot.engine.models import Model
from chatbot.engine.pool import ModelDamaged, ModelUnavailable
from tests.engine.asking import HI, complete, say
from tests.engine.conftest import BASE


IMAGE = [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "x"}}]}]
TOOL = {"type": "function", "function": {"name": "f"}}
WRONG_CHAT = [
    ({"messages": []}, "messages", "empty_array"),
    ({"messages": "Hi"}, "messages", "invalid_type"),
    ({"messages": [{"content": "Hi"}]}, "messages[0].role", "missing_required_parameter"),
    ({"messages": [{"role": "bot", "content": "Hi"}]}, "messages[0].role", "invalid_value"),
    ({"messages": [{"role": "user"}]}, "messages[0].content", "missing_required_parameter"),
    ({"messages": [{"role": "user", "content": 3}]}, "messages[0].content", "invalid_type"),
    ({"messages": [{"role": "user", "content": "Hi", "mood": 1}]}, "messages[0].mood", "unknown_parameter"),
    ({"messages": IMAGE}, "messages[0].content[0].type", "unsupported_value"),
    ({"messages": [{"role": "user", "content": []}]}, "messages[0].content", "empty_array"),
    ({"messages": [{"role": "user", "content": [{"text": "Hi"}]}]}, "messages[0].content[0].type", "missing_required_parameter"),
    ({"messages": [{"role": "user", "content": ["Hi"]}]}, "messages[0].content[0]", "invalid_type"),
    ({"messages": [{"role": "user", "content": [{"type": "text"}]}]}, "messages[0].content[0].text", "missing_required_parameter"),
    ({"messages": [{"role": "user", "content": [{"type": "refusal", "refusal": "No"}]}]}, "messages[0].content[0].type", "unsupported_value"),
    ({"messages": [{"role": "user", "content": "Hi", "name": 5}]}, "messages[0].name", "invalid_type"),
    ({"messages": [{"role": "function", "content": "Hi"}]}, "messages[0].name", "missing_required_parameter"),
    ({"messages": [{"role": "assistant", "content": "Hi", "audio": {"id": "a"}}]}, "messages[0].audio", "unsupported_value"),
    ({"messages": [{"role": "assistant", "tool_calls": "f"}]}, "messages[0].tool_calls", "invalid_type"),
    ({"messages": [{"role": "assistant", "tool_calls": [5]}]}, "messages[0].tool_calls[0]", "invalid_type"),
    ({"messages": [{"role": "assistant", "function_call": {"name": "f"}}]}, "messages[0].function_call.arguments", "missing_required_parameter"),
    ({"user": 5}, "user", "invalid_type"),
    ({"metadata": "x"}, "metadata", "invalid_type"),
    ({"metadata": {"a": "b" * 513}}, "metadata.a", "string_above_max_length"),
    ({"reasoning_effort": 5}, "reasoning_effort", "invalid_type"),
    ({"temperature": 3}, "temperature", "decimal_above_max_value"),
    ({"temperature": "hot"}, "temperature", "invalid_type"),
    ({"temperature": True}, "temperature", "invalid_type"),
    ({"top_p": -1}, "top_p", "decimal_below_min_value"),
    ({"n": 0}, "n", "integer_below_min_value"),
    ({"n": 129}, "n", "integer_above_max_value"),
    ({"n": 1.5}, "n", "invalid_type"),
    ({"stop": ["a"] * 5}, "stop", "array_above_max_length"),
    ({"stop": 3}, "stop", "invalid_type"),
    ({"logit_bias": {"5": 101}}, "logit_bias.5", "decimal_above_max_value"),
    ({"logit_bias": {"five": 1}}, "logit_bias", "invalid_value"),
    ({"logit_bias": {"49152": 1}}, "logit_bias", "invalid_value"),
    ({"top_logprobs": 2}, "top_logprobs", "invalid_value"),
    ({"logprobs": True, "top_logprobs": 21}, "top_logprobs", "integer_above_max_value"),
    ({"stream_options": {"include_usage": True}}, "stream_options", "invalid_value"),
    ({"max_tokens": 0}, "max_tokens", "integer_below_min_value"),
    ({"max_tokens": 999999}, "messages", "context_length_exceeded"),
    ({"messages": [{"role": "user", "content": "x" * 5000}]}, "messages", "context_length_exceeded"),
    ({"modalities": ["audio"]}, "modalities", "unsupported_value"),
    ({"web_search_options": {}}, "web_search_options", "unsupported_value"),
    ({"tools": [TOOL]}, "tools", "unsupported_value"),
    ({"tools": [{"type": "custom", "custom": {"name": "f"}}]}, "tools[0].type", "invalid_value"),
    ({"tools": [{"type": "function"}]}, "tools[0].function", "missing_required_parameter"),
    ({"tools": [{"type": "function", "function": {"name": "a b"}}]}, "tools[0].function.name", "invalid_value"),
    ({"tool_choice": "required"}, "tools", "missing_required_parameter"),
    ({"functions": [{"name": "f"}]}, "functions", "unsupported_value"),
    ({"response_format": {"type": "yaml"}}, "response_format.type", "invalid_value"),
    ({"response_format": {"type": "json_object"}}, "messages", None),
    ({"response_format": {"type": "json_schema"}}, "response_format.json_schema", "missing_required_parameter"),
    ({"response_format": {"type": "json_schema", "json_schema": {"name": "a b"}}}, "response_format.json_schema.name", "invalid_value"),
    ({"response_format": {"type": "json_schema", "json_schema": {"name": "a", "schema": {"type": "nonsense"}}}}, "response_format", "invalid_value"),
    ({"response_format": {"type": "json_schema", "json_schema": {"name": "a", "schema": {"items": {"maxItems": 10**9}}}}}, "response_format", "invalid_value"),
    ({"response_format": {"type": "json_schema", "json_schema": {"name": "a", "schema": {"pattern": "(a|b)" * 1000}}}}, "response_format", "invalid_value"),
    ({"extra_body": {"foo": 1}}, "foo", "unknown_parameter"),
]  # fmt: skip


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("wishes, param, code", WRONG_CHAT)
def test_wrong_chat_requests(client, model, wishes, param, code, stream):
    model.enqueue()
    with pytest.raises(openai.BadRequestError) as error:
        say(client, **({} if "stream_options" in wishes else {"stream": stream}) | wishes)
    assert (error.value.param, error.value.code) == (param, code) and model.users == 0


WRONG_COMPLETION = [
    ({"prompt": [1, "a"]}, "prompt", "invalid_type"),
    ({"prompt": [-1]}, "prompt", "invalid_type"),
    ({"prompt": [49152]}, "prompt", "invalid_value"),
    ({"logprobs": 6}, "logprobs", "integer_above_max_value"),
    ({"best_of": 1, "n": 2}, "best_of", "invalid_value"),
    ({"best_of": 2, "stream": True}, "best_of", "invalid_value"),
    ({"suffix": "end"}, "suffix", "unsupported_value"),
    ({"echo": True, "logprobs": 1}, "logprobs", "unsupported_value"),
    ({"max_tokens": 4096}, "prompt", "context_length_exceeded"),
]


@pytest.mark.parametrize("wishes, param, code", WRONG_COMPLETION)
def test_wrong_completion_requests(client, model, wishes, param, code):
    with pytest.raises(openai.BadRequestError) as error:
        complete(client, **wishes)
    assert (error.value.param, error.value.code) == (param, code)


def test_exact_sentences(client, model):
    for wishes, text in (
        ({"temperature": 3}, "Invalid 'temperature': decimal above maximum value. Expected a value <= 2, but got 3 instead."),
        ({"n": 0}, "Invalid 'n': integer below minimum value. Expected a value >= 1, but got 0 instead."),
        ({"extra_body": {"foo": 1}}, "Unknown parameter: 'foo'."),
        ({"messages": [{"content": "Hi"}]}, "Missing required parameter: 'messages[0].role'."),
    ):
        with pytest.raises(openai.BadRequestError) as error:
            say(client, **wishes)
        assert error.value.body["message"] == text


def test_null_counts_as_absent(http, model):
    model.enqueue("a")
    wishes = {"model": BASE, "messages": HI, "temperature": None, "stop": None, "stream_options": None, "tools": None}
    assert http.post("/v1/chat/completions", json=wishes).status_code == 200


def test_unknown_models_and_wrong_endpoints(client, engine, model, monkeypatch):
    with pytest.raises(openai.NotFoundError) as error:
        say(client, model="gpt-9")
    assert error.value.body["message"] == "The model `gpt-9` does not exist or you do not have access to it."
    assert error.value.code == "model_not_found"
    base = engine.models.get(BASE).base
    for form, ask, text in (
        ("chat", complete, "This is a chat model and not supported in the v1/completions endpoint."),
        ("completions", say, "This is not a chat model and thus not supported in the v1/chat/completions endpoint."),
    ):
        tuned = Model("ft:x", base, engine.config.home, {"format": form, "adapter_sha256": "0"})
        monkeypatch.setattr(engine.models, "get", lambda _: tuned)
        with pytest.raises(openai.NotFoundError, match=text) as error:
            ask(client)
        assert error.value.param == "model"


@pytest.mark.parametrize("refusal, status, headers", [
    (ModelUnavailable("Too many questions are waiting.", 5), 503, {"retry-after": "5"}),
    (ModelDamaged("The file is damaged."), 500, {"x-should-retry": "false"}),
])  # fmt: skip
def test_a_model_that_cannot_answer_now(http, model, refusal, status, headers):
    model.refusal = refusal
    for stream in (False, True):
        answer = http.post("/v1/chat/completions", json={"model": BASE, "messages": HI, "stream": stream})
        assert answer.status_code == status and answer.json["error"]["message"] == str(refusal)
        assert headers.items() <= dict(answer.headers.to_wsgi_list()).items()
