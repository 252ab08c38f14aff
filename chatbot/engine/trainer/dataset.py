"""Lines of a training file as token ids, with a mark on every token that is trained.

The prompt part is tokenized apart from the answer, because that is how the served model will meet it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ..bases import Base
from ..plain import plain
from ..template import render


@dataclass(frozen=True)
class Sequence:
    """Token ids and, for each, whether the loss counts it."""

    ids: list[int]
    trained: list[bool]

    def cut(self, length: int) -> "Sequence":
        """The first `length` tokens."""
        return Sequence(self.ids[:length], self.trained[:length])

    @property
    def teaches(self) -> bool:
        """Whether there is anything to train."""
        return any(self.trained[1:])

    @property
    def tokens(self) -> int:
        return len(self.ids)


@dataclass(frozen=True)
class Pair:
    """Two answers to the same prompt, of which the first is to become the likelier one."""

    preferred: Sequence
    other: Sequence

    def cut(self, length: int) -> "Pair":
        """Both with their first `length` tokens."""
        return Pair(self.preferred.cut(length), self.other.cut(length))

    @property
    def teaches(self) -> bool:
        """Whether there is anything to train."""
        return self.preferred.teaches and self.other.teaches

    @property
    def tokens(self) -> int:
        return self.preferred.tokens + self.other.tokens


class Encoder:
    """Turns examples of every format into sequences or pairs of them, with the tokenizer of one base."""

    def __init__(self, base: Base, tokenizer, context: int):
        self.base, self.tokenizer, self.context = base, tokenizer, context
        self._special = set(tokenizer.all_special_ids) | set(tokenizer.convert_tokens_to_ids(base.control_tokens))

    def read(self, path: Path, breathe: Callable[[], None] = lambda: None) -> list[Sequence] | list[Pair]:
        """All of a JSONL file that has something to train, cut at the context. Calls `breathe` before each line,
        which may raise to stop. Raises TemplateError."""
        found = []
        for line in path.read_text(encoding="utf-8-sig").split("\n"):
            breathe()
            examples = self.encode(json.loads(line)) if line.strip() else []
            found += [example.cut(self.context) for example in examples]
        return [example for example in found if example.teaches]

    def encode(self, example: dict) -> list[Sequence] | list[Pair]:
        """The sequences, or the pair, of one example."""
        if "input" in example:
            return [self._pair(example)]
        if "messages" in example:
            return list(self._dialogue(example["messages"], example.get("tools")))
        return [self._sequence([(example["prompt"], False), (example["completion"] + self.base.eos_token, True)])]

    def _pair(self, example: dict) -> Pair:
        asked, tools = [message | {"weight": 0} for message in example["input"]["messages"]], example["input"].get("tools")
        answers = (example["preferred_output"], example["non_preferred_output"])
        return Pair(*(list(self._dialogue(asked + answer, tools or None))[-1] for answer in answers))

    def _dialogue(self, messages: list[dict], tools: list[dict] | None) -> Iterator[Sequence]:
        """One sequence, or several where the template changes earlier turns once later ones follow."""
        turns = [plain(message) for message in messages]
        parts: list[tuple[str, bool]] = []
        done = ""
        for position, turn in enumerate(turns):
            if turn["role"] != "assistant" or not position:
                continue  # a greeting before anybody spoke is context, not an answer
            prompt = render(turns[:position], self.base, tools=tools)
            whole = render(turns[: position + 1], self.base, tools=tools, add_generation_prompt=False)
            if not prompt.startswith(done):
                yield self._sequence(parts)
                parts, done = [], ""
            answer = whole[len(prompt) :] if whole.startswith(prompt) else turn["content"] + self.base.eos_token
            parts += [(prompt[len(done) :], False), (answer, messages[position].get("weight", 1) != 0)]
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
