"""/v1/completions, the older form: text in, text out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, current_app

from chatbot.engine import logprobs, sampling, shelf
from chatbot.engine.answering import STREAM_FIELDS, Steps, Usage, answer, context_of, envelope, wants_usage
from chatbot.engine.errors import ApiError
from chatbot.engine.generate import End, Piece
from chatbot.engine.llama import Llama
from chatbot.engine.models import Model
from chatbot.engine.prompts import prompts
from chatbot.engine.validate import Check, Number, checked, json_body, text, typed, unsupported

completions = Blueprint("completions", __name__)
DEFAULT_LENGTH = 16
MOST_ANSWERS = 2048


FIELDS: dict[str, Check] = (
    sampling.FIELDS
    | STREAM_FIELDS
    | {
        "model": text(512, 1),
        "prompt": prompts,
        "max_tokens": Number(0, whole=True),
        "best_of": Number(0, 20, whole=True),
        "echo": typed(bool),
        "logprobs": Number(0, 5, whole=True),
        "suffix": typed(str),
        "user": typed(str),
    }
)


@completions.post("/completions")
def create() -> Response:
    asked = checked(json_body(), FIELDS, ("model",))
    _check_together(asked)
    model = current_app.extensions["engine"].models.answering(asked["model"], "completions")
    return answer(model, _Completion(asked, model), asked.get("stream", False))


def _check_together(asked: dict[str, Any]) -> None:
    """Fields that do not go with each other. Raises ApiError 400."""
    best, count = asked.get("best_of") or 1, asked.get("n", 1)
    answers = len(asked.get("prompt", [""])) * max(best, count)
    if answers > MOST_ANSWERS:
        message = f"This request asks for {answers} answers, but at most {MOST_ANSWERS} are possible at once."
        raise ApiError(message, "prompt", "invalid_value")
    if asked.get("suffix"):
        raise unsupported("suffix", "This model cannot insert text before a 'suffix'.")
    if asked.get("best_of") is not None and best < count:
        raise ApiError(
            f"Invalid 'best_of': it must be at least 'n' ({count}), but is {best}.", "best_of", "invalid_value"
        )
    if best > 1 and asked.get("stream"):
        raise ApiError("'best_of' cannot be used with 'stream'.", "best_of", "invalid_value")
    if asked.get("echo") and asked.get("logprobs") is not None:
        raise unsupported("logprobs", "This server cannot give 'logprobs' of the prompt, so not together with 'echo'.")


class _Completion:
    """One request for a completion: `count` choices for each prompt, out of `tries`."""

    def __init__(self, asked: dict[str, Any], model: Model):
        self.asked, self.model = asked, model
        self.stops = asked.get("stop", ())
        self.count = asked.get("n", 1)
        self.tries = max(asked.get("best_of") or 1, self.count)
        self.top = asked.get("logprobs")
        self.with_usage = wants_usage(asked)
        self.usage = Usage()
        self.id = shelf.new_id("cmpl-")
        self.context = context_of(model)
        self.prompts: list[str] = []

    def requests(self, llama: Llama) -> list[dict[str, Any]]:
        asked, base = self.asked, self.model.base
        sampling.check_tokens("logit_bias", (token for token, _ in asked.get("logit_bias", [])), base)
        found: list[dict[str, Any]] = []
        for prompt in asked.get("prompt", [base.bos_token or base.eos_token]):
            ids = llama.tokenize(prompt or base.bos_token or base.eos_token) if isinstance(prompt, str) else prompt
            sampling.check_tokens("prompt", ids, base)
            self.prompts.append(prompt if isinstance(prompt, str) else llama.detokenize(prompt))
            self.usage.prompt += len(ids)
            most = sampling.room(len(ids), asked.get("max_tokens", DEFAULT_LENGTH), self.context, "prompt")
            top = 0 if self.top is None and self.tries > self.count else self.top
            request = sampling.payload(asked, ids, most, top)
            found += [sampling.seeded(request, asked.get("seed"), choice) for choice in range(self.tries)]
        return found

    def _start(self, choice: int) -> str:
        return self.prompts[choice // self.tries] if self.asked.get("echo") else ""

    def whole(self, steps: Steps) -> dict[str, Any]:
        size = len(self.prompts) * self.tries
        texts, reasons = [self._start(k) for k in range(size)], [""] * size
        tokens: list[list[dict]] = [[] for _ in range(size)]
        for step in steps:
            if isinstance(step, Piece):
                texts[step.choice] += step.text
                tokens[step.choice] += step.tokens
            elif isinstance(step, End):
                reasons[step.choice] = step.reason
                self.usage.add(step)
        choices = [
            {
                "text": texts[k],
                "index": index,
                "logprobs": self._logprobs(tokens[k], len(self.prompts[k // self.tries])),
                "finish_reason": reasons[k],
            }
            for index, k in enumerate(self._best(tokens))
        ]
        kind = envelope(self.id, "text_completion", self.model.id)
        return kind | {"choices": choices, "usage": self.usage.view()}

    def _best(self, tokens: list[list[dict]]) -> list[int]:
        """For each prompt, the tries that count: those with the highest mean log probability, if there are more."""

        def mean(k: int) -> float:
            return sum(map(logprobs.value, tokens[k])) / max(1, len(tokens[k]))

        groups = [range(p * self.tries, (p + 1) * self.tries) for p in range(len(self.prompts))]
        return [
            k
            for group in groups
            for k in (sorted(group, key=mean, reverse=True) if self.tries > self.count else group)[: self.count]
        ]

    def chunks(self, steps: Steps) -> Iterator[dict[str, Any] | None]:
        common = envelope(self.id, "text_completion", self.model.id)
        extra = {"usage": None} if self.with_usage else {}
        offsets = [len(self.prompts[k // self.tries]) for k in range(len(self.prompts) * self.tries)]

        def chunk(choice: int, part: str, tokens: list[dict] = [], reason: str | None = None) -> dict[str, Any]:
            logs = self._logprobs(tokens, offsets[choice]) if tokens else None
            offsets[choice] += len(part)
            return (
                common
                | {"choices": [{"text": part, "index": choice, "logprobs": logs, "finish_reason": reason}]}
                | extra
            )

        for choice in range(len(offsets)):
            if self._start(choice):
                yield chunk(choice, self._start(choice))
        for step in steps:
            if isinstance(step, Piece):
                yield chunk(step.choice, step.text, step.tokens)
            elif isinstance(step, End):
                self.usage.add(step)
                yield chunk(step.choice, "", reason=step.reason)
            else:
                yield None
        if self.with_usage:
            yield common | {"choices": [], "usage": self.usage.view()}

    def _logprobs(self, tokens: list[dict[str, Any]], start: int) -> dict[str, Any] | None:
        return None if self.top is None else logprobs.completion(tokens, self.top, start)
