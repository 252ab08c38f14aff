"""Spec 2.5, 2.6 and 5: chat, completions and embeddings, whole and as streams."""

from __future__ import annotations

import json
import time
from typing import Any

from pydantic import BaseModel

from checks import Checks, Http

ASK = [{"role": "user", "content": "Count from one to ten."}]
TOOL = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather of a city.",
        "parameters": {"type": "object", "properties": {"city": {"enum": ["Oslo"]}}, "required": ["city"], "additionalProperties": False},
    },
}  # fmt: skip


class Pet(BaseModel):
    """What an answer is made into."""

    age: int
    tame: bool


class Story:
    """The same model, client and checks for every part."""

    def __init__(self, checks: Checks, client: Any, http: Http, base: str, tools_model: str):
        self.checks, self.client, self.http, self.base, self.tools_model = checks, client, http, base, tools_model

    def tell(self) -> None:
        for part in (
            self.chat, self.parameters, self.logprobs, self.forms, self.messages, self.tools, self.tool_stream, self.chat_refusals,
            self.stream, self.stream_of_two, self.stream_on_the_wire, self.stream_helper, self.leaving,
        ):  # fmt: skip
            self.checks.section(part)

    def say(self, **wishes: Any) -> Any:
        return self.client.chat.completions.create(**{"model": self.base, "messages": ASK, "max_tokens": 12, "temperature": 0} | wishes)

    def chat(self) -> None:
        said = self.say()
        self.checks.shape("an answer", said, "chat_completion")
        self.checks.matches("its id", said.id, "chatcmpl-[A-Za-z0-9]+")
        self.checks.equal("its head", (said.object, said.model, said.service_tier), ("chat.completion", self.base, "default"))
        self.checks.true("made now", abs(said.created - time.time()) < 600 and bool(said.system_fingerprint), said.created)
        message, usage = said.choices[0].message, said.usage
        self.checks.true("its text", message.role == "assistant" and bool(message.content) and message.refusal is None, message)
        self.checks.equal("its sum", usage.total_tokens, usage.prompt_tokens + usage.completion_tokens)
        self.checks.equal("its end", (said.choices[0].finish_reason, usage.completion_tokens), ("length", 12))

    def parameters(self) -> None:
        whole = self.say().choices[0].message.content
        self.checks.equal("temperature 0 is the same again", self.say().choices[0].message.content, whole)
        self.checks.equal("max_tokens", self.say(max_tokens=3).usage.completion_tokens, 3)
        self.checks.equal("the newer name wins", self.say(max_tokens=9, max_completion_tokens=2).usage.completion_tokens, 2)
        stop = whole[5:8]
        cut = self.say(stop=[stop, "never"]).choices[0]
        self.checks.equal("stop", (cut.message.content, cut.finish_reason), (whole[: whole.index(stop)], "stop"))
        self.checks.true("what was known of a cut answer's prompt", self.say(stop=[stop]).usage.prompt_tokens_details.cached_tokens > 0)
        self.checks.equal("stop as a string", self.say(stop=stop).choices[0].message.content, whole[: whole.index(stop)])
        warm = {"temperature": 1, "max_tokens": 8}
        first, same, other = (self.say(seed=seed, **warm).choices[0].message.content for seed in (7, 7, 8))
        self.checks.true("seed", first == same != other, (first, same, other))
        two = self.say(n=2, seed=7, **warm)
        self.checks.equal("n", [choice.index for choice in two.choices], [0, 1])
        self.checks.true("two different ones", two.choices[0].message.content != two.choices[1].message.content)
        self.checks.equal("all counted", two.usage.completion_tokens, 16)
        plain = self.say(max_tokens=1, logprobs=True).choices[0]
        token = self.client.completions.create(model=self.base, prompt="x", max_tokens=1, logit_bias={"2": 100}, temperature=0)
        self.checks.true("logit_bias", token.choices[0].text != plain.message.content)
        self.say(presence_penalty=2, frequency_penalty=-2, top_p=0.5, temperature=1.5, max_tokens=2)
        harmless = {
            "user": "u", "safety_identifier": "s", "prompt_cache_key": "k", "metadata": {"a": "b"}, "store": False,
            "service_tier": "auto", "reasoning_effort": "low", "verbosity": "low", "modalities": ["text"],
        }  # fmt: skip
        self.checks.equal("harmless wishes", self.say(max_tokens=2, **harmless).usage.completion_tokens, 2)
        empty = {"stop": None, "seed": None, "tools": None, "logit_bias": None, "response_format": None, "n": None}
        self.checks.equal("null is absent", self.say(max_tokens=2, extra_body=empty).usage.completion_tokens, 2)

    def logprobs(self) -> None:
        said = self.say(logprobs=True, top_logprobs=2, max_tokens=5)
        self.checks.shape("with log probabilities", said, "chat_completion_logprobs")
        tokens = said.choices[0].logprobs.content
        self.checks.equal("one for each token", len(tokens), 5)
        self.checks.equal("they make the text", "".join(token.token for token in tokens), said.choices[0].message.content)
        self.checks.true("two others each", all(len(token.top_logprobs) == 2 and token.logprob <= 0 for token in tokens))
        self.checks.equal("bytes", bytes(tokens[0].bytes).decode(), tokens[0].token)
        self.checks.equal("none unasked", self.say(max_tokens=1).choices[0].logprobs, None)

    def forms(self) -> None:
        pet = self.client.chat.completions.parse(model=self.base, messages=ASK, response_format=Pet, max_tokens=60, temperature=0)
        self.checks.true("a typed answer", isinstance(pet.choices[0].message.parsed, Pet), pet.choices[0].message)
        ask = [{"role": "user", "content": "Answer in JSON."}]
        said = self.say(messages=ask, response_format={"type": "json_object"}, max_tokens=60)
        text = said.choices[0].message.content
        self.checks.true("an object", text.startswith("{") and (said.choices[0].finish_reason == "length" or bool(json.loads(text) or 1)), text)
        self.checks.equal("text", bool(self.say(response_format={"type": "text"}).choices[0].message.content), True)
        self.refused("json_object without the word", "messages", None, ".*json.*", response_format={"type": "json_object"})
        nameless = {"type": "json_schema", "json_schema": {"name": "a b", "schema": {}}}
        self.refused("a name with a blank", "response_format.json_schema.name", "invalid_value", ".*name.*", response_format=nameless)

    def messages(self) -> None:
        parts = [{"type": "text", "text": "Count from"}, {"type": "text", "text": "one to ten."}]
        for what, messages in (
            ("parts", [{"role": "user", "content": parts}]),
            ("a developer", [{"role": "developer", "content": "Be brief."}, *ASK]),
            ("a name", [{"role": "user", "name": "ann", "content": "Hello"}]),
            ("a longer talk", [*ASK, {"role": "assistant", "content": "One."}, {"role": "user", "content": "Go on."}]),
        ):
            self.checks.equal(what, self.say(messages=messages, max_tokens=1).usage.completion_tokens, 1)
        image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}
        messages = [{"role": "user", "content": [image]}]
        self.refused("an image", "messages[0].content[0].type", "unsupported_value", ".*only text.*", messages=messages)

    def tools(self) -> None:
        said = self.say(model=self.tools_model, tools=[TOOL], tool_choice="required", max_tokens=60)
        self.checks.shape("a call", said, "chat_completion_tools")
        call = said.choices[0].message.tool_calls[0]
        self.checks.equal("its end", (said.choices[0].finish_reason, said.choices[0].message.content), ("tool_calls", None))
        self.checks.equal("its function", (call.type, call.function.name, json.loads(call.function.arguments)), ("function", "get_weather", {"city": "Oslo"}))
        told = [*ASK, said.choices[0].message.to_dict(), {"role": "tool", "tool_call_id": call.id, "content": "Rain"}]
        again = self.say(model=self.tools_model, messages=told, tools=[TOOL], tool_choice="none", max_tokens=3)
        self.checks.equal("after the call", (again.choices[0].finish_reason, again.choices[0].message.tool_calls), ("length", None))
        named = {"type": "function", "function": {"name": "get_weather"}}
        said = self.say(model=self.tools_model, tools=[TOOL], tool_choice=named, max_tokens=60)
        self.checks.equal("a named one", said.choices[0].message.tool_calls[0].function.name, "get_weather")
        self.refused("a model that cannot", "tools", "unsupported_value", ".*cannot call tools.*", tools=[TOOL])
        self.refused("an unknown function", "tool_choice", None, ".*", model=self.tools_model, tools=[TOOL], tool_choice={"type": "function", "function": {"name": "x"}}, code_matters=False)

    def tool_stream(self) -> None:
        with self.client.chat.completions.stream(
            model=self.tools_model, messages=ASK, tools=[TOOL], tool_choice="required", max_tokens=60
        ) as stream:
            for _ in stream:
                pass
            said = stream.get_final_completion().choices[0]
        call = said.message.tool_calls[0].function
        self.checks.equal("a call from a stream", (said.finish_reason, call.name, json.loads(call.arguments)), ("tool_calls", "get_weather", {"city": "Oslo"}))

    def refused(self, what: str, param: str | None, code: str | None, pattern: str, code_matters: bool = True, **wishes: Any) -> None:
        fields = {"param": param} | ({"code": code} if code_matters else {})
        self.checks.refused(what, lambda: self.say(**wishes), 400, pattern, **fields)
        self.checks.refused(f"{what}, as a stream", lambda: self.say(stream=True, **wishes), 400, pattern, **fields)

    def chat_refusals(self) -> None:
        refused = self.refused
        for name, value, code in (
            ("temperature", 3, "decimal_above_max_value"), ("temperature", -1, "decimal_below_min_value"), ("top_p", 2, "decimal_above_max_value"),
            ("n", 0, "integer_below_min_value"), ("n", 129, "integer_above_max_value"), ("presence_penalty", 3, "decimal_above_max_value"),
            ("frequency_penalty", -3, "decimal_below_min_value"), ("max_tokens", "x", "invalid_type"), ("stop", 5, "invalid_type"),
            ("stop", list("abcde"), "array_above_max_length"), ("messages", "hello", "invalid_type"), ("messages", [], "empty_array"),
            ("logit_bias", {"x": 1}, "invalid_value"), ("audio", {"voice": "x", "format": "mp3"}, "unsupported_value"),
            ("web_search_options", {}, "unsupported_value"), ("modalities", ["audio"], "unsupported_value"),
            ("user", 5, "invalid_type"), ("metadata", "x", "invalid_type"), ("logit_bias", {"99999999": 1}, "invalid_value"),
        ):  # fmt: skip
            refused(f"{name}={value!r}", name, code, f".*{name}.*|.*text only.*|.*search.*", **{name: value})
        refused("an old function", "functions", "unsupported_value", ".*functions.*", functions=[{"name": "x"}])
        refused("top_logprobs alone", "top_logprobs", "invalid_value", ".*logprobs.*", top_logprobs=2)
        refused("an unknown parameter", "foo", "unknown_parameter", "Unknown parameter: 'foo'.", extra_body={"foo": 1})
        refused("an unknown role", "messages[0].role", "invalid_value", "Invalid value: 'bot'. Supported values are: .*", messages=[{"role": "bot", "content": "x"}])
        refused("no role", "messages[0].role", "missing_required_parameter", r"Missing required parameter: 'messages\[0\].role'.", messages=[{"content": "x"}])
        refused("a tool without a call", "messages[0].tool_call_id", "missing_required_parameter", ".*", messages=[{"role": "tool", "content": "x"}])
        long = [{"role": "user", "content": "word " * 9000}]
        refused("a prompt too long", "messages", "context_length_exceeded", r"This model's maximum context length is \d+ tokens\. .*", messages=long)
        refused("an answer too long", "messages", "context_length_exceeded", ".*in the completion.*", max_tokens=10**6)
        unknown = r"The model `x` does not exist or you do not have access to it\."
        for stream in (False, True):
            checks = self.checks
            checks.refused("an unknown model", lambda: self.say(model="x", stream=stream), 404, unknown, code="model_not_found")
        status, error = self.http.error("POST", "/chat/completions", {"model": self.base})
        expected = 400, "Missing required parameter: 'messages'.", "messages", "missing_required_parameter"
        self.checks.equal("no messages", (status, error["message"], error["param"], error["code"]), expected)
        status, error = self.http.error("GET", "/chat/completions/chatcmpl-x")
        self.checks.equal("stored answers", status, 404)
        wish = {"model": self.base, "messages": ASK, "stream_options": {"include_usage": True}}
        status, error = self.http.error("POST", "/chat/completions", wish)
        self.checks.equal("options without a stream", (status, error["param"]), (400, "stream_options"))

    def stream(self) -> None:
        whole = self.say()
        chunks = list(self.say(stream=True))
        first, last = chunks[0].choices[0], chunks[-1].choices[0]
        self.checks.equal("the first chunk", (first.delta.role, first.delta.content, first.finish_reason), ("assistant", "", None))
        self.checks.equal("the last chunk", (last.delta.to_dict(), last.finish_reason), ({}, whole.choices[0].finish_reason))
        text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
        self.checks.equal("the text", text, whole.choices[0].message.content)
        self.checks.equal("one head for all", len({(chunk.id, chunk.created, chunk.model, chunk.object) for chunk in chunks}), 1)
        self.checks.true("no usage unasked", all("usage" not in chunk.model_fields_set for chunk in chunks))
        self.checks.true("one choice in each", all(len(chunk.choices) == 1 for chunk in chunks))
        chunks = list(self.say(stream=True, stream_options={"include_usage": True}))
        self.checks.equal("usage at the end", (chunks[-1].choices, chunks[-1].usage.completion_tokens), ([], whole.usage.completion_tokens))
        self.checks.true("null before", all("usage" in chunk.model_fields_set and chunk.usage is None for chunk in chunks[:-1]))
        chunks = list(self.say(stream=True, logprobs=True, top_logprobs=1, max_tokens=4))
        tokens = [token for chunk in chunks if chunk.choices[0].logprobs for token in chunk.choices[0].logprobs.content]
        self.checks.equal("log probabilities in a stream", len(tokens), 4)

    def stream_of_two(self) -> None:
        chunks = list(self.say(stream=True, n=2, temperature=1, seed=7, max_tokens=8))
        whole = self.say(n=2, temperature=1, seed=7, max_tokens=8)
        for index in (0, 1):
            own = [chunk.choices[0] for chunk in chunks if chunk.choices[0].index == index]
            self.checks.equal("role and end of each", (own[0].delta.role, own[-1].finish_reason), ("assistant", "length"))
            text = "".join(choice.delta.content or "" for choice in own)
            self.checks.equal("text of each", text, whole.choices[index].message.content)

    def stream_on_the_wire(self) -> None:
        wish = {"model": self.base, "messages": ASK, "max_tokens": 4, "stream": True}
        status, headers, body = self.http("POST", "/chat/completions", wish)
        self.checks.equal("its head", (status, headers["content-type"]), (200, "text/event-stream; charset=utf-8"))
        self.checks.equal("not kept", headers["cache-control"], "no-cache")
        self.checks.equal("openai-model", headers["openai-model"], self.base)
        for what in ("limit-requests", "remaining-requests", "limit-tokens", "remaining-tokens"):
            self.checks.matches(f"x-ratelimit-{what}", headers[f"x-ratelimit-{what}"], "[0-9]+")
        for what in ("reset-requests", "reset-tokens"):
            self.checks.matches(f"x-ratelimit-{what}", headers[f"x-ratelimit-{what}"], r"([0-9.]+(ms|s|m|h))+")
        self.checks.matches("x-request-id", headers["x-request-id"], "req_[0-9a-f]{32}")
        events = body.decode().split("\n\n")
        self.checks.equal("its end", events[-2:], ["data: [DONE]", ""])
        good = all(event.startswith(("data: {", ": ")) and "\n" not in event for event in events[:-2])
        self.checks.true("only data and comments", good, events)

    def stream_helper(self) -> None:
        wish = {"messages": ASK, "temperature": 0, "max_tokens": 400, "stop": [","]}  # the helper refuses "length"
        with self.client.chat.completions.stream(model=self.base, **wish) as stream:
            kinds = {event.type for event in stream}
            said = stream.get_final_completion()
        self.checks.true("events of the helper", {"chunk", "content.delta", "content.done"} <= kinds, kinds)
        self.checks.equal("its whole", said.choices[0].message.content, self.say(**wish).choices[0].message.content)

    def leaving(self) -> None:
        for _ in range(10):  # more than there are slots
            stream = self.say(stream=True, max_tokens=2000)
            next(iter(stream))
            stream.close()
        begun = time.monotonic()
        self.say(max_tokens=1)
        self.checks.true("places are free again", time.monotonic() - begun < 10, time.monotonic() - begun)
