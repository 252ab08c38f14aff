"""/v1/chat/completions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, current_app

from chatbot.engine import logprobs, sampling, shelf, tools
from chatbot.engine.answering import STREAM_FIELDS, Steps, Usage, answer, context_of, envelope, wants_usage
from chatbot.engine.errors import ApiError
from chatbot.engine.generate import End, Piece
from chatbot.engine.llama import Llama
from chatbot.engine.messages import checked_messages
from chatbot.engine.models import Model
from chatbot.engine.response_format import (
    ANY_OBJECT,
    check_answer,
    check_schema,
    compact,
    mention_json,
    response_format,
)
from chatbot.engine.template import render_open
from chatbot.engine.validate import Check, Number, checked, json_body, metadata, text, typed, unsupported

chat = Blueprint("chat", __name__)
_COUNT = Number(1, whole=True)
IGNORED: dict[str, Check] = {
    "metadata": metadata,
    "store": typed(bool),
    **dict.fromkeys(("prediction", "moderation", "prompt_cache_options"), typed(dict)),
    **dict.fromkeys(("user", "safety_identifier", "prompt_cache_key", "prompt_cache_retention"), typed(str)),
    **dict.fromkeys(("service_tier", "reasoning_effort", "verbosity"), typed(str)),
}


def _refuse(sentence: str) -> Check:
    def check(name: str, value: Any) -> None:
        raise unsupported(name, sentence)

    return check


def _modalities(name: str, value: Any) -> Any:
    if value != ["text"]:
        raise unsupported(name, "This server answers in text only.")
    return value


FIELDS: dict[str, Check] = (
    sampling.FIELDS
    | STREAM_FIELDS
    | IGNORED
    | tools.FIELDS
    | {
        "model": text(512, 1),
        "messages": checked_messages,
        "max_tokens": _COUNT,
        "max_completion_tokens": _COUNT,
        "logprobs": typed(bool),
        "top_logprobs": Number(0, 20, whole=True),
        "response_format": response_format,
        "modalities": _modalities,
        "audio": _refuse("This server answers in text only."),
        "web_search_options": _refuse("This server cannot search the web."),
    }
)


@chat.post("/chat/completions")
def create() -> Response:
    asked = checked(json_body(), FIELDS, ("model", "messages"))
    if asked.get("top_logprobs") is not None and not asked.get("logprobs"):
        raise ApiError("'top_logprobs' is only allowed when 'logprobs' is enabled.", "top_logprobs", "invalid_value")
    if asked.get("response_format", {}).get("json_schema") is ANY_OBJECT:
        mention_json(asked["messages"])
    model = current_app.extensions["engine"].models.answering(asked["model"], "chat")
    return answer(model, _Chat(asked, model), asked.get("stream", False))


@dataclass(frozen=True)
class _Delta:
    """One change of one choice; `reason` ends it."""

    choice: int
    delta: dict[str, Any]
    tokens: list[dict[str, Any]]
    reason: str | None = None


class _Chat:
    """One request for a chat completion."""

    def __init__(self, asked: dict[str, Any], model: Model):
        self.asked, self.model = asked, model
        self.stops = asked.get("stop", ())
        self.count = asked.get("n", 1)
        self.top = asked.get("top_logprobs", 0) if asked.get("logprobs") else None
        self.with_usage = wants_usage(asked)
        self.usage = Usage()
        self.id = shelf.new_id("chatcmpl-")
        self.context = context_of(model)
        self.offer = tools.offer(asked, model.base)
        self.readers = [tools.Reader(self.offer) for _ in range(self.count)] if self.offer else []

    def requests(self, llama: Llama) -> list[dict[str, Any]]:
        asked, offer = self.asked, self.offer
        sampling.check_tokens("logit_bias", (token for token, _ in asked.get("logit_bias", [])), self.model.base)
        written = render_open(asked["messages"], self.model.base, offer.tools if offer else None)
        prompt = llama.tokenize(written + (f"{tools.OPEN}\n" if offer and offer.forced else ""))
        self.usage.prompt = len(prompt)
        wish = asked.get("max_completion_tokens", asked.get("max_tokens"))
        most = sampling.room(len(prompt), wish, self.context, "messages")
        forced = offer.request() if offer else {}
        shape = compact(forced or asked.get("response_format", {}))
        check_schema(llama, shape, "tools" if forced else "response_format")
        request = sampling.payload(asked, prompt, most, self.top) | shape
        return [sampling.seeded(request, asked.get("seed"), choice) for choice in range(self.count)]

    def _deltas(self, steps: Steps) -> Iterator[_Delta | None]:
        """What happens to the choices, in the form of stream deltas."""
        written = [""] * self.count
        for step in steps:
            if isinstance(step, Piece):
                written[step.choice] += step.text
            if isinstance(step, Piece) and self.offer:
                if step.tokens:
                    yield _Delta(step.choice, {}, step.tokens)
                yield from (_Delta(step.choice, delta, []) for delta in self.readers[step.choice].feed(step.text))
            elif isinstance(step, Piece):
                yield _Delta(step.choice, {"content": step.text}, step.tokens)
            elif isinstance(step, End):
                self.usage.add(step)
                if self.asked.get("response_format") and not self.stops and step.reason == "stop":
                    check_answer(written[step.choice])
                for delta in self.readers[step.choice].feed("", last=True) if self.offer else []:
                    yield _Delta(step.choice, delta, [])
                called = self.offer and self.readers[step.choice].calls
                yield _Delta(step.choice, {}, [], "tool_calls" if called else step.reason)
            else:
                yield None

    def whole(self, steps: Steps) -> dict[str, Any]:
        messages = [
            {"role": "assistant", "content": None, "refusal": None, "annotations": []} for _ in range(self.count)
        ]
        reasons = [""] * self.count
        tokens: list[list[dict]] = [[] for _ in range(self.count)]
        for step in filter(None, self._deltas(steps)):
            message = messages[step.choice]
            tokens[step.choice] += step.tokens
            reasons[step.choice] = step.reason or ""
            if "content" in step.delta:
                message["content"] = (message["content"] or "") + step.delta["content"]
            for call in step.delta.get("tool_calls", []):
                message.setdefault("tool_calls", []).append({k: v for k, v in call.items() if k != "index"})
        for message in messages:
            if "tool_calls" not in message:
                message["content"] = message["content"] or ""
        choices = [
            {"index": k, "message": messages[k], "logprobs": self._logprobs(tokens[k]), "finish_reason": reasons[k]}
            for k in range(self.count)
        ]
        kind = envelope(self.id, "chat.completion", self.model.id)
        return kind | {"choices": choices, "usage": self._usage(), "service_tier": "default"}

    def chunks(self, steps: Steps) -> Iterator[dict[str, Any] | None]:
        common = envelope(self.id, "chat.completion.chunk", self.model.id)
        extra = {"usage": None} if self.with_usage else {}

        def chunk(step: _Delta) -> dict[str, Any]:
            logs = self._logprobs(step.tokens) if step.tokens else None
            inner = {"index": step.choice, "delta": step.delta, "logprobs": logs, "finish_reason": step.reason}
            return common | {"choices": [inner]} | extra

        for choice in range(self.count):
            yield chunk(
                _Delta(choice, {"role": "assistant", "content": None if self.offer else "", "refusal": None}, [])
            )
        for step in self._deltas(steps):
            yield chunk(step) if step else None
        if self.with_usage:
            yield common | {"choices": [], "usage": self._usage()}

    def _logprobs(self, tokens: list[dict[str, Any]]) -> dict[str, Any] | None:
        return None if self.top is None else {"content": logprobs.chat(tokens, self.top), "refusal": None}

    def _usage(self) -> dict[str, Any]:
        details = {"accepted_prediction_tokens": 0, "rejected_prediction_tokens": 0}
        return self.usage.view() | {
            "prompt_tokens_details": {"cached_tokens": self.usage.cached, "audio_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0} | details,
        }
