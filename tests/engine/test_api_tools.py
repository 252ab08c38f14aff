"""Functions that a model may call."""

from __future__ import annotations

import dataclasses
import json

import openai
import pytest

from chatbot.engine.models import Model
from tests.engine.asking import CASES, HI, say, shape
from tests.engine.conftest import BASE
from tests.engine.fake_llama import FakePool


HERMES = "{% if tools %}{{ tools | tojson }} <tool_call>{% endif %}{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}"


@pytest.fixture
def caller(engine, model, monkeypatch) -> FakePool:
    """A model whose template knows tools."""
    base = dataclasses.replace(engine.models.get(BASE).base, chat_template=HERMES)
    monkeypatch.setattr(engine.models, "get", lambda _: Model(BASE, base))
    return model


WEATHER = [{"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}}]
CALL = '{"name": "get_weather", "arguments": {"city": "Oslo"}}'


def test_a_tool_call(client, caller):
    caller.enqueue("<tool", "_call>\n" + CALL[:9], CALL[9:] + "\n</tool_", "call>")
    answer = say(client, tools=WEATHER)
    assert shape(answer.to_dict()) == shape(json.loads((CASES / "chat_completion_tools.json").read_text()))
    call = answer.choices[0].message.tool_calls[0]
    assert (call.function.name, json.loads(call.function.arguments)) == ("get_weather", {"city": "Oslo"})
    assert answer.choices[0].message.content is None and answer.choices[0].finish_reason == "tool_calls"
    assert b"get_weather" in bytes(caller.streams[0].payload["prompt"])


def test_tool_calls_in_a_stream(client, caller):
    caller.enqueue("Let me see <", f"tool_call>{CALL}</tool_call>\n<tool_call>{CALL}</tool_call>")
    with client.chat.completions.stream(model=BASE, messages=HI, tools=WEATHER) as stream:
        message = stream.get_final_completion().choices[0].message
    assert message.content == "Let me see " and [call.function.name for call in message.tool_calls] == ["get_weather"] * 2


def test_forced_and_forbidden_tools(client, caller):
    caller.enqueue(CALL)
    assert say(client, tools=WEATHER, tool_choice="required").choices[0].message.tool_calls[0].function.name == "get_weather"
    payload = caller.streams[0].payload
    assert bytes(payload["prompt"]).endswith(b"<tool_call>\n") and "get_weather" in str(payload["json_schema"])
    caller.enqueue("no")
    assert say(client, tools=WEATHER, tool_choice="none").choices[0].message.content == "no"
    with pytest.raises(openai.BadRequestError):
        say(client, tools=WEATHER, tool_choice={"type": "function", "function": {"name": "other"}})


def test_what_looks_like_a_call_but_is_none_is_shown(client, caller):
    caller.enqueue("<tool_call>never mind</tool_call>")
    assert say(client, tools=WEATHER).choices[0].message.content == "<tool_call>never mind"
