"""Lines of a training file as token ids, with a mark on every token that is trained.

The prompt part is tokenized apart from the answer, because that is how the served model will meet it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..bases import Base
from ..template import render


@dataclass(frozen=True)
class Sequence:
    """Token ids and, for each, whether the loss counts it."""

    ids: list[int]
    trained: list[bool]

    def cut(self, length: int) -> "Sequence":
        """The first `length` tokens."""
        return Sequence(self.ids[:length], self.trained[:length])


class Encoder:
    """Turns examples of either format into sequences, with the tokenizer of one base."""

    def __init__(self, base: Base, tokenizer, context: int):
        self.base, self.tokenizer, self.context = base, tokenizer, context
        self._special = set(tokenizer.all_special_ids) | set(tokenizer.convert_tokens_to_ids(base.control_tokens))

    def read(self, path: Path) -> list[Sequence]:
        """Every sequence of a JSONL file that has something to train, cut at the context. Raises TemplateError."""
        lines = (line for line in path.read_text(encoding="utf-8").splitlines() if line.strip())
        sequences = (sequence.cut(self.context) for line in lines for sequence in self.encode(json.loads(line)))
        return [sequence for sequence in sequences if any(sequence.trained[1:])]

    def encode(self, example: dict) -> list[Sequence]:
        """The sequences of one example."""
        if "messages" in example:
            return list(self._dialogue(example["messages"], example.get("tools")))
        return [self._sequence([(example["prompt"], False), (example["completion"] + self.base.eos_token, True)])]

    def _dialogue(self, messages: list[dict], tools: list[dict] | None) -> Iterator[Sequence]:
        """One sequence, or several where the template changes earlier turns once later ones follow."""
        parts: list[tuple[str, bool]] = []
        done = ""
        for position, message in enumerate(messages):
            if message["role"] != "assistant" or not position:
                continue  # a greeting before anybody spoke is context, not an answer
            prompt = render(messages[:position], self.base, tools=tools)
            whole = render(messages[: position + 1], self.base, tools=tools, add_generation_prompt=False)
            if not prompt.startswith(done):
                yield self._sequence(parts)
                parts, done = [], ""
            answer = whole[len(prompt) :] if whole.startswith(prompt) else message["content"] + self.base.eos_token
            parts += [(prompt[len(done) :], False), (answer, message.get("weight", 1) != 0)]
            done = prompt + answer
        if parts:
            yield self._sequence(parts)

    def _sequence(self, parts: list[tuple[str, bool]]) -> Sequence:
        ids = [self.tokenizer.bos_token_id] if self.base.add_bos else []
        trained = [False] * len(ids)
        for text, counts in parts:
            tokens = self.tokenizer(text, add_special_tokens=False).input_ids
            ids += tokens
            end = self._end_of_answer(tokens) if counts else 0
            trained += [index < end for index in range(len(tokens))]
        return Sequence(ids, trained)

    def _end_of_answer(self, tokens: list[int]) -> int:
        """Length up to the token that ends the turn; the template's line break behind it is never generated."""
        ends = [index + 1 for index, token in enumerate(tokens) if token in self._special]
        return ends[-1] if ends else len(tokens)
