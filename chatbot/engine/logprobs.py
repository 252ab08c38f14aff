"""llama.cpp's token probabilities in the two forms of the OpenAI API."""

from __future__ import annotations

from typing import Any

LEAST = -9999.0  # what the API says of a token that had no chance


def chat(tokens: list[dict[str, Any]], top: int) -> list[dict[str, Any]]:
    """The `content` list of a chat choice's logprobs, with `top` alternatives each."""
    return [_entry(token) | {"top_logprobs": [_entry(other) for other in _others(token, top)]} for token in tokens]


def _entry(token: dict[str, Any]) -> dict[str, Any]:
    return {"token": token["token"], "logprob": value(token), "bytes": token["bytes"]}


def value(token: dict[str, Any]) -> float:
    """The log probability of a token."""
    return LEAST if token["logprob"] is None else max(token["logprob"], LEAST)


def _others(token: dict[str, Any], top: int) -> list[dict[str, Any]]:
    return token.get("top_logprobs", [])[:top]


def completion(tokens: list[dict[str, Any]], top: int, start: int) -> dict[str, Any]:
    """The parallel lists of a completion's logprobs; the first token stands at character `start`."""
    offsets = []
    for token in tokens:
        offsets.append(start)
        start += len(token["token"])
    return {
        "tokens": [token["token"] for token in tokens],
        "token_logprobs": [value(token) for token in tokens],
        "top_logprobs": [{other["token"]: value(other) for other in [*_others(token, top), token]} for token in tokens],
        "text_offset": offsets,
    }
