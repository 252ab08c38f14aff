"""/v1/embeddings: texts as vectors whose nearness is nearness of meaning."""

from __future__ import annotations

import base64
from array import array
from typing import Any

from flask import Blueprint, Response, current_app, jsonify

from chatbot.engine import limits
from chatbot.engine.embedder import LONGEST, NAME, VOCABULARY, WIDTH
from chatbot.engine.errors import ApiError, no_model
from chatbot.engine.prompts import prompts
from chatbot.engine.validate import Check, Number, checked, json_body, one_of, text, typed, unsupported

embeddings = Blueprint("embeddings", __name__)
MOST = 2048


def _inputs(name: str, value: Any) -> list[str | list[int]]:
    found = prompts(name, value)
    if len(found) > MOST:
        raise ApiError(f"'{name}' has {len(found)} inputs, but at most {MOST} are possible.", name, "invalid_value")
    for item in found:
        if item == "":
            raise ApiError(f"'{name}' cannot be an empty string.", name, "invalid_value")
        if isinstance(item, list) and max(item) >= VOCABULARY:
            raise ApiError(f"Not all tokens of '{name}' are in the model's vocabulary.", name, "invalid_value")
    return found


def _dimensions(name: str, value: Any) -> int:
    if Number(1, whole=True)(name, value) != WIDTH:
        raise unsupported(name, f"The vectors of this model have {WIDTH} dimensions and cannot be made shorter.")
    return value


FIELDS: dict[str, Check] = {
    "model": text(512, 1),
    "input": _inputs,
    "encoding_format": one_of("float", "base64"),
    "dimensions": _dimensions,
    "user": typed(str),
}


@embeddings.post("/embeddings")
def create() -> Response:
    asked = checked(json_body(), FIELDS, ("model", "input"))
    if asked["model"] != NAME:
        raise no_model(asked["model"])
    embedder = current_app.extensions["engine"].embedder
    headers = limits.headers(NAME, embedder.places, embedder.busy + 1, embedder.places, MOST * LONGEST)
    answer = embedder.embed(asked["input"])
    if "long" in answer:
        place, tokens = answer["long"]
        message = (
            f"This model's maximum context length is {LONGEST} tokens. However, input {place} has {tokens} tokens. "
            "Please reduce the length of the input."
        )
        raise ApiError(message, "input", "context_length_exceeded")
    vectors = _split(base64.b64decode(answer["vectors"]), asked.get("encoding_format", "float"))
    data = [{"object": "embedding", "index": place, "embedding": vector} for place, vector in enumerate(vectors)]
    usage = {"prompt_tokens": answer["tokens"], "total_tokens": answer["tokens"]}
    response = jsonify({"object": "list", "data": data, "model": NAME, "usage": usage})
    response.headers.update(headers)
    return response


def _split(raw: bytes, form: str) -> list[str] | list[list[float]]:
    """The vectors one by one, out of all their little-endian floats."""
    size = WIDTH * 4
    parts = [raw[start : start + size] for start in range(0, len(raw), size)]
    return [base64.b64encode(part).decode() if form == "base64" else array("f", part).tolist() for part in parts]
