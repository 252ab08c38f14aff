"""The forms a prompt or an input may have: a text, texts, tokens, or arrays of tokens."""

from __future__ import annotations

from typing import Any

from chatbot.engine.validate import wrong_type


def prompts(name: str, value: Any) -> list[str | list[int]]:
    """Always a list: of texts or of token lists. Raises ApiError 400."""
    if isinstance(value, str) or _are_tokens(value):
        return [value]
    if isinstance(value, list) and value and (all(isinstance(p, str) for p in value) or all(map(_are_tokens, value))):
        return value
    raise wrong_type(name, "a string, an array of strings, an array of tokens or an array of token arrays", value)


def _are_tokens(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(type(token) is int and token >= 0 for token in value)
