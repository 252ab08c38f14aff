"""How the next word is chosen: the OpenAI parameters, their limits, and what llama.cpp is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from chatbot.engine.bases import Base
from chatbot.engine.errors import ApiError
from chatbot.engine.validate import Check, Number, wrong_type

_PENALTY = Number(-2, 2)


def stop(name: str, value: Any) -> tuple[str, ...]:
    """One text or up to four; empty ones end nothing."""
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise wrong_type(name, "a string or an array of strings", value)
    if len(texts) > 4:
        message = (
            f"Invalid '{name}': array too long. Expected an array with maximum length 4, "
            f"but got an array with length {len(texts)} instead."
        )
        raise ApiError(message, name, "array_above_max_length")
    return tuple(text for text in texts if text)


def logit_bias(name: str, value: Any) -> list[list[float]]:
    """Token id → −100…100, as llama.cpp's pairs."""
    if not isinstance(value, dict):
        raise wrong_type(name, "an object", value)
    pairs = []
    for token, bias in value.items():
        if not token.isascii() or not token.isdigit():
            raise ApiError(f"Invalid key in '{name}': '{token}' is not a token id.", name, "invalid_value")
        Number(-100, 100)(f"{name}.{token}", bias)
        pairs.append([int(token), False if bias == -100 else bias])
    return pairs


FIELDS: dict[str, Check] = {
    "temperature": Number(0, 2),
    "top_p": Number(0, 1),
    "presence_penalty": _PENALTY,
    "frequency_penalty": _PENALTY,
    "logit_bias": logit_bias,
    "seed": Number(-(2**63), 2**63 - 1, whole=True),
    "stop": stop,
    "n": Number(1, 128, whole=True),
}


def payload(asked: dict[str, Any], prompt: list[int], most: int, top: int | None) -> dict[str, Any]:
    """llama.cpp's request for at most `most` tokens after `prompt`; `top` alternatives of each, None for no
    probabilities at all."""
    temperature, top_p = asked.get("temperature", 1), asked.get("top_p", 1)
    # Only these samplers: llama.cpp's others are no part of the API, and sort all of the vocabulary for each token.
    samplers = {"penalties": _is_penalised(asked), "temperature": True, "top_p": top_p < 1 and temperature > 0}
    return {
        "prompt": prompt,
        "n_predict": most,
        "cache_prompt": True,
        "return_progress": True,  # says how much of the prompt was known, also of answers that are cut short
        "samplers": [name for name, needed in samplers.items() if needed],
        "temperature": temperature,
        "top_p": top_p,
        "n_probs": 0 if top is None else max(1, top),
        **_penalties(asked, prompt, most),
    }


def _is_penalised(asked: dict[str, Any]) -> bool:
    return bool(asked.get("presence_penalty") or asked.get("frequency_penalty"))


def _penalties(asked: dict[str, Any], prompt: list[int], most: int) -> dict[str, Any]:
    """The API punishes what was written, llama.cpp also what stands in the prompt: the end-of-turn token there
    would make answers endless. So the prompt's share is given back as a bias."""
    bias = asked.get("logit_bias", [])
    if not _is_penalised(asked):
        return {"logit_bias": bias}
    presence, frequency = asked.get("presence_penalty", 0), asked.get("frequency_penalty", 0)
    back = [[token, presence + frequency * count] for token, count in Counter(prompt).items()]
    return {
        "presence_penalty": presence,
        "frequency_penalty": frequency,
        "logit_bias": back + bias,
        "repeat_last_n": len(prompt) + most,
    }


def check_tokens(name: str, ids: Iterable[int], base: Base) -> None:
    """Raises ApiError 400 for a token id that the model does not have."""
    for token in ids:
        if token >= base.vocabulary:
            message = f"Invalid '{name}': the model's vocabulary has {base.vocabulary} tokens, and no token {token}."
            raise ApiError(message, name, "invalid_value")


def seeded(request: dict[str, Any], seed: int | None, choice: int) -> dict[str, Any]:
    """The request for one of several choices: each has a seed of its own, and the same one every time."""
    return request if seed is None else request | {"seed": (seed + choice) % (2**32 - 1)}


def room(prompt: int, asked: int | None, context: int, name: str) -> int:
    """The number of tokens that may be written after `prompt` tokens. Raises ApiError 400; `name` says
    what filled the context."""
    if prompt >= context:
        message = (
            f"This model's maximum context length is {context} tokens. However, your {name} resulted in {prompt} "
            f"tokens. Please reduce the length of the {name}."
        )
        raise ApiError(message, name, "context_length_exceeded")
    if asked is not None and prompt + asked > context:
        message = (
            f"This model's maximum context length is {context} tokens. However, you requested {prompt + asked} tokens "
            f"({prompt} in the {name}, {asked} in the completion). "
            f"Please reduce the length of the {name} or completion."
        )
        raise ApiError(message, name, "context_length_exceeded")
    return context - prompt if asked is None else asked
