"""The story of a comparison: one question, several models or temperatures, what each was sent and how fast it answered."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import asdict, replace
from typing import Any, Iterator

from chatbot.flows.reply import ReplyEvent, prompt_for, send
from chatbot.records import HomegrownError


def ask(house: Any, text: str, model: str, temperature: float | None = None) -> Iterator[ReplyEvent]:
    """Stream one model's answer, without storing it: `start` (prompt, sampling), `delta`, then `done` or `error`.

    `done` tells seconds to the first word, seconds in all, and the number of tokens."""
    began = time.monotonic()
    first, tokens, reason = 0.0, 0, None
    try:
        prompt = prompt_for(house, text, model)
        if temperature is not None:
            prompt = replace(prompt, sampling=replace(prompt.sampling, temperature=temperature))
        yield ReplyEvent("start", {"prompt": prompt.content, "sampling": asdict(prompt.sampling)})
        with closing(send(house, prompt)) as pieces:
            for piece in pieces:
                reason = piece.finish_reason or reason
                if piece.text:
                    first = first or time.monotonic() - began
                    tokens += 1  # servers stream one token at a time
                    yield ReplyEvent("delta", {"text": piece.text, "replaces": piece.replaces})
    except HomegrownError as error:
        yield ReplyEvent("error", {"message": error.message})
    else:
        yield ReplyEvent("done", {"first": first, "seconds": time.monotonic() - began, "tokens": tokens, "finish_reason": reason})
