"""llama.cpp's token probabilities in the two forms of the OpenAI API.

Of a character that several tokens make, llama.cpp tells nothing but the last one's probability; so such a character
is one entry, with all of its bytes.
"""

from __future__ import annotations

from typing import Any

LEAST = -9999.0  # what the API says of a token that had no chance


def chat(tokens: list[dict[str, Any]], top: int) -> list[dict[str, Any]]:
    """The `content` list of a chat choice's logprobs, with `top` alternatives each."""
    return [_entry(token) | {"top_logprobs": [_entry(other) for other in _others(token, top)]} for token in tokens]


def _entry(token: dict[str, Any]) -> dict[str, Any]:
    return {"token": _text(token), "logprob": value(token), "bytes": token["bytes"]}


def _text(token: dict[str, Any], mark: str = "") -> str:
    """A token's text; of one that is only a part of a character, its bytes as `\\xf0`, after `mark`."""
    text, raw = token["token"], bytes(token["bytes"])
    rest = raw.removeprefix(text.encode())
    return mark + text + "".join(f"\\x{byte:02x}" for byte in rest) if rest else text


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
        "tokens": [_text(token, "bytes:") for token in tokens],
        "token_logprobs": [value(token) for token in tokens],
        "top_logprobs": [
            {_text(other, "bytes:"): value(other) for other in [*_others(token, top), token]} for token in tokens
        ],
        "text_offset": offsets,
    }
