"""/v1/embeddings: texts as vectors whose nearness is nearness of meaning."""

from __future__ import annotations

import base64
from array import array
from typing import Any

from flask import Blueprint, Response, current_app, jsonify

from chatbot.engine import limits
from chatbot.engine.embedding_models import EmbeddingModel, find_embedding_model
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
    return found


FIELDS: dict[str, Check] = {
    "model": text(512, 1),
    "input": _inputs,
    "encoding_format": one_of("float", "base64"),
    "dimensions": Number(1, whole=True),
    "user": typed(str),
}


@embeddings.post("/embeddings")
def create() -> Response:
    asked = checked(json_body(), FIELDS, ("model", "input"))
    engine = current_app.extensions["engine"]
    model = find_embedding_model(engine.config, asked["model"])
    if model is None:
        raise no_model(asked["model"])
    _check_fit(asked, model)
    embedder = engine.embedder
    headers = limits.headers(model.name, embedder.places, embedder.busy + 1, embedder.places, MOST * model.longest)
    answer = embedder.embed(model, asked["input"])
    if "long" in answer:
        place, tokens = answer["long"]
        message = (
            f"This model's maximum context length is {model.longest} tokens. However, input {place} has {tokens} tokens. "
            "Please reduce the length of the input."
        )
        raise ApiError(message, "input", "context_length_exceeded")
    vectors = _split(base64.b64decode(answer["vectors"]), model.width * 4, asked.get("encoding_format", "float"))
    data = [{"object": "embedding", "index": place, "embedding": vector} for place, vector in enumerate(vectors)]
    usage = {"prompt_tokens": answer["tokens"], "total_tokens": answer["tokens"]}
    response = jsonify({"object": "list", "data": data, "model": model.name, "usage": usage})
    response.headers.update(headers)
    return response


def _check_fit(asked: dict[str, Any], model: EmbeddingModel) -> None:
    """Raises ApiError where this model cannot do what others could."""
    if any(isinstance(item, list) and max(item) >= model.vocabulary for item in asked["input"]):
        raise ApiError("Not all tokens of 'input' are in the model's vocabulary.", "input", "invalid_value")
    if asked.get("dimensions", model.width) != model.width:
        text = f"The vectors of this model have {model.width} dimensions and cannot be made shorter."
        raise unsupported("dimensions", text)


def _split(raw: bytes, size: int, form: str) -> list[str] | list[list[float]]:
    """The vectors one by one, `size` bytes each, out of all their little-endian floats."""
    parts = [raw[start : start + size] for start in range(0, len(raw), size)]
    return [base64.b64encode(part).decode() if form == "base64" else array("f", part).tolist() for part in parts]
