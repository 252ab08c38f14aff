"""What the questions ask the rows about, each answered once and only when asked."""

from __future__ import annotations

from functools import cached_property
from typing import Literal, Sequence

from chatbot.data.reading import Row

TaskType = Literal["open-ended", "classification", "conditional"]
PER_CLASS = 3  # rows per distinct completion above which the task counts as classification
BLOCK = 4096  # texts joined to be counted together
UPPER = bytes(range(ord("A"), ord("Z") + 1))
LOWER = bytes(range(ord("a"), ord("z") + 1))


class Facts:
    """Rows of (prompt, completion) and what is known of them."""

    def __init__(self, rows: Sequence[Row]):
        self.rows = rows

    @cached_property
    def prompts(self) -> list[str]:
        return [row[0] for row in self.rows]

    @cached_property
    def completions(self) -> list[str]:
        return [row[1] for row in self.rows]

    @cached_property
    def classes(self) -> set[str]:
        return set(self.completions)

    @cached_property
    def task(self) -> TaskType:
        if not any(self.prompts):
            return "open-ended"
        return "classification" if len(self.classes) < len(self.rows) / PER_CLASS else "conditional"

    @cached_property
    def prompt_start(self) -> str:
        return shared_start(self.prompts)

    @cached_property
    def prompt_end(self) -> str:
        return shared_end(self.prompts)

    @cached_property
    def completion_start(self) -> str:
        return shared_start(self.completions)

    @cached_property
    def completion_end(self) -> str:
        return shared_end(self.completions)


def shared_start(texts: Sequence[str]) -> str:
    """The longest start that all texts have in common."""
    shared = texts[0] if texts else ""
    for text in texts:
        while not text.startswith(shared):
            shared = shared[:-1]
        if not shared:
            break
    return shared


def shared_end(texts: Sequence[str]) -> str:
    """The longest end that all texts have in common."""
    shared = texts[0] if texts else ""
    for text in texts:
        while not text.endswith(shared):
            shared = shared[1:]
        if not shared:
            break
    return shared


def occurs(part: str, texts: Sequence[str], before_end: int = 0) -> bool:
    """Whether any text holds `part`, not counting its last `before_end` characters."""
    return any(text.find(part, 0, len(text) - before_end) >= 0 for text in texts)


def mostly_upper(texts: Sequence[str]) -> bool:
    """Whether upper-case letters are more than half as many as lower-case ones."""
    upper = lower = 0
    for start in range(0, len(texts), BLOCK):
        block = "".join(texts[start : start + BLOCK])
        ascii_bytes = block.encode("ascii", "ignore")
        upper += len(ascii_bytes) - len(ascii_bytes.translate(None, UPPER))
        lower += len(ascii_bytes) - len(ascii_bytes.translate(None, LOWER))
        if not block.isascii():
            for letter in set(block):
                if not letter.isascii() and letter.isalpha():
                    upper += block.count(letter) if letter.isupper() else 0
                    lower += block.count(letter) if letter.islower() else 0
    return upper * 2 > lower
