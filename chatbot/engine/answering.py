"""What chat completions and completions share: an answer of a model, as a stream or in one piece."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from itertools import chain
from typing import Any, Protocol

from flask import Response, current_app, jsonify, request

from chatbot.engine import limits, memory, sse
from chatbot.engine.errors import ApiError, from_exception
from chatbot.engine.generate import End, Piece, generate
from chatbot.engine.llama import Llama
from chatbot.engine.models import Model
from chatbot.engine.presence import attended
from chatbot.engine.validate import Check, checked, typed

FINGERPRINT = "fp_homegrown"
STREAM_FIELDS: dict[str, Check] = {"stream": typed(bool), "stream_options": typed(dict)}
_STREAM_OPTIONS: dict[str, Check] = {"include_usage": typed(bool), "include_obfuscation": typed(bool)}

Steps = Iterator[Piece | End | None]


class Form(Protocol):
    """One endpoint's way to ask and to answer, made for one request."""

    stops: tuple[str, ...]

    def requests(self, llama: Llama) -> list[dict[str, Any]]:
        """llama.cpp's requests, one for each choice."""

    def whole(self, steps: Steps) -> dict[str, Any]:
        """The answer in one piece."""

    def chunks(self, steps: Steps) -> Iterator[dict[str, Any] | None]:
        """The answer as the objects of a stream; None where nothing happened for a while."""


def wants_usage(asked: dict[str, Any]) -> bool:
    """Whether the stream shall end with the usage. Raises ApiError 400 for options without a stream."""
    options = asked.get("stream_options")
    if options and not asked.get("stream"):
        message = "The 'stream_options' parameter is only allowed when 'stream' is enabled."
        raise ApiError(message, "stream_options", "invalid_value")
    return checked(options or {}, _STREAM_OPTIONS, path="stream_options.").get("include_usage", False)


def context_of(model: Model) -> int:
    """Tokens that a prompt and its answer may fill together."""
    return min(current_app.extensions["engine"].config.context, model.base.context_length)


def answer(model: Model, form: Form, stream: bool) -> Response:
    """Let `model` answer in `form`. What goes wrong before the first word is raised, later it ends the stream."""
    engine = current_app.extensions["engine"]
    stack = ExitStack()
    try:
        llama = stack.enter_context(engine.pool.model(model.served()))
        headers = _headers(model)
        choices = generate(llama, form.requests(llama), form.stops, memory.slots(engine.config, model.base))
        stack.enter_context(closing(choices))
        steps = attended(choices, request.environ)
        if not stream:
            with stack:
                return _with(headers, jsonify(form.whole(steps)))
        first = next(steps, None)
    except BaseException:
        stack.close()
        raise
    response = Response(_events(form.chunks(chain([first], steps))), content_type=sse.MIMETYPE)
    response.call_on_close(stack.close)
    return _with(headers | sse.HEADERS, response)


def _headers(model: Model) -> dict[str, str]:
    """What an answer's headers say about the model and how busy it is."""
    engine, served = current_app.extensions["engine"], model.served()
    slots = memory.slots(engine.config, model.base)
    return limits.headers(model.id, engine.pool.places(served), engine.pool.busy(served), slots, context_of(model))


def _with(headers: dict[str, str], response: Response) -> Response:
    response.headers.update(headers)
    return response


def _events(chunks: Iterator[dict[str, Any] | None]) -> Iterator[bytes]:
    try:
        for chunk in chunks:
            yield sse.PING if chunk is None else sse.data(chunk)
        yield sse.DONE
    except Exception as error:  # the status is sent already, so the stream itself must say it
        yield sse.data(from_exception(error).body())


class Usage:
    """Counts tokens: of the prompts once, of the choices as they end."""

    def __init__(self) -> None:
        self.prompt = self.completion = self.cached = 0

    def add(self, end: End) -> None:
        self.completion += end.completion_tokens
        if end.choice == 0:  # the choices of one prompt read it together
            self.cached = end.cached_tokens

    def view(self) -> dict[str, Any]:
        total = self.prompt + self.completion
        return {"prompt_tokens": self.prompt, "completion_tokens": self.completion, "total_tokens": total}


def envelope(answer_id: str, kind: str, model: str) -> dict[str, Any]:
    """What all chunks of an answer have in common."""
    return {
        "id": answer_id,
        "object": kind,
        "created": int(time.time()),
        "model": model,
        "system_fingerprint": FINGERPRINT,
    }
