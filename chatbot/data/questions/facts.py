"""What the questions ask the rows about, gathered in one walk through them. The rows themselves are not held."""

from __future__ import annotations

from array import array
from functools import cached_property
from typing import Any, Hashable, Iterable, Iterator, Literal, Sequence

from chatbot.data.blocks import Through, blocks
from chatbot.data.questions.samples import SHOWN
from chatbot.data.reading import Row

TaskType = Literal["open-ended", "classification", "conditional"]
PER_CLASS = 3  # rows per distinct completion above which the task counts as classification
LONG = 10_000  # characters of prompt and completion together
LISTED = 20  # numbers of rows that are named
PARTS = 64
ASCII = bytes(range(128))
NO_LETTERS = bytes(code for code in range(256) if not (code < 128 and chr(code).isalpha()))
CASES = bytes(ord("A") if chr(code).isupper() else ord("a") for code in range(256))  # of ASCII letters

SEPARATORS = (" ->", "\n\n###\n\n", "\n\n===\n\n", "\n\n---\n\n", "\n\n===>\n\n", "\n\n--->\n\n")
ENDINGS = ("\n", ".", " END", "***", "+++", "&&&", "$$$", "@@@", "%%%")


class Column:
    """What is known of all texts of a column; with `only_ends` no more than their number, length and shared end.

    `unseen` are those of the given signs that occur in no text; `end_occurs` tells whether any text holds the shared end
    before its own end too (None: this has to be looked up)."""

    def __init__(self, signs: Sequence[str] = (), only_ends: bool = False):
        self.start = self.end = self.first = ""
        self.unseen = list(signs)
        self.n = self.n_characters = self.n_blank = self._upper = self._lower = 0
        self.all_same = True
        self.end_occurs: bool | None = False
        self._only_ends = only_ends

    def add(self, texts: Sequence[str]) -> None:
        """Look at some more texts."""
        if not self.n:
            self.start = self.end = self.first = texts[0]
        self.n += len(texts)
        self.n_characters += sum(map(len, texts))
        end_before, self.end = self.end, shared_end((self.end, *texts)) if self.end else ""
        if not self._only_ends:
            if self.end != end_before and self.n > len(texts):
                self.end_occurs = None  # what was looked for in the texts before was longer
            self._look_into(texts)

    @property
    def mostly_upper(self) -> bool:
        """Whether upper-case letters are more than half as many as lower-case ones."""
        return self._upper * 2 > self._lower

    def _look_into(self, texts: Sequence[str]) -> None:
        self.start = shared_start((self.start, min(texts), max(texts)))
        self.all_same = self.all_same and all(text == self.first for text in texts)
        self.n_blank += sum(text[:1] == " " for text in texts)
        raw = "\0".join(texts).encode("utf-8", "replace")
        self.unseen = [sign for sign in self.unseen if not _holds(raw, sign.encode())]
        if self.end and self.end_occurs is False:
            self.end_occurs = None if "\0" in self.end else raw.count(self.end.encode("utf-8", "replace")) > len(texts)
        letters = raw.translate(CASES, NO_LETTERS)
        n_upper = letters.count(b"A")
        self._upper += n_upper
        self._lower += len(letters) - n_upper
        if not raw.isascii():
            self._count_foreign(raw.translate(None, ASCII).decode())

    def _count_foreign(self, text: str) -> None:
        letters = set(text)
        self._upper += sum(text.count(letter) for letter in letters if letter.isupper())
        self._lower += sum(text.count(letter) for letter in letters if letter.islower())


class Tally:
    """Tells different values apart by 64-bit hashes, 8 bytes a value; in parts, so that only one needs to be a set."""

    def __init__(self) -> None:
        self._parts = [array("q") for _ in range(PARTS)]

    def add(self, values: Iterable[Hashable]) -> None:
        parts = self._parts
        for value in map(hash, values):
            parts[value % PARTS].append(value)

    @cached_property
    def n_different(self) -> int:
        return sum(len(set(part)) for part in self._parts)

    @cached_property
    def repeated(self) -> set[int]:
        """Hashes of the values that came more than once."""
        return {value for part in self._parts if len(part) > len(set(part)) for value in _repeated(part)}


class Some:
    """How many rows are concerned, the numbers of the first ones, and the texts of a few."""

    def __init__(self) -> None:
        self.n = 0
        self.numbers: list[int] = []
        self.shown: list[tuple[int, str]] = []

    def add(self, number: int, text: str) -> None:
        self.n += 1
        if len(self.numbers) < LISTED:
            self.numbers.append(number)
        if len(self.shown) < SHOWN:
            self.shown.append((number, text))


class Facts:
    """Rows of (prompt, completion) and what is known of them.

    Rows with an empty completion only count in `n_all` and `empty`, unless `only_result`; `rows` are the others, in whatever
    can be walked through again and again. With `only_result` no question can be asked, except what was made of the rows: the
    task, the ends, how much it is."""

    def __init__(self, rows: Iterable[Row], only_result: bool = False):
        self._rows = rows
        self.n_all = self.n = 0
        self.empty, self.long = Some(), Some()
        self.prompts, self.completions = Column(("\n", *SEPARATORS), only_result), Column(ENDINGS, only_result)
        self.different, self._classes = Tally(), Tally()
        self._only_result = only_result
        for block in blocks(rows):
            self.add(block)

    def add(self, block: list[Row]) -> None:
        """Look at some more rows."""
        if self._only_result:
            self._add(block)
        elif kept := self._with_completion(block):
            self._add(kept)
            self._look_at_rows(kept)
        self.n = self.completions.n

    @property
    def rows(self) -> Iterable[Row]:
        return self._rows if self._only_result else Through(self._rows, [with_completion])

    def of(self, rows: Iterable[Row]) -> Facts:
        """The same, when all of `rows` were added block by block."""
        self._rows = rows
        return self

    @cached_property
    def n_classes(self) -> int:
        """How many different completions there are."""
        return self._classes.n_different

    @cached_property
    def task(self) -> TaskType:
        if not self.prompts.n_characters:
            return "open-ended"
        return "classification" if self.n_classes < self.n / PER_CLASS else "conditional"

    def texts(self, column: int) -> Iterator[str]:
        """All prompts (0) or all completions (1)."""
        return (row[column] for row in self.rows)

    def _with_completion(self, block: list[Row]) -> list[Row]:
        kept = [row for row in block if row[1]]
        if len(kept) < len(block):
            for number, (prompt, completion) in enumerate(block, self.n_all + 1):
                if not completion:
                    self.empty.add(number, prompt)
        self.n_all += len(block)
        return kept

    def _add(self, block: list[Row]) -> None:
        prompts, completions = zip(*block)
        self.prompts.add(prompts)
        self.completions.add(completions)
        self._classes.add(completions)

    def _look_at_rows(self, block: list[Row]) -> None:
        self.different.add(block)
        if max(map(len, map("".join, block))) > LONG:
            for number, row in enumerate(block, self.n + 1):
                if is_long(row):
                    self.long.add(number, "".join(row))


def with_completion(rows: Iterable[Row]) -> Iterator[Row]:
    """The rows whose completion is not empty."""
    return (row for row in rows if row[1])


def is_long(row: Row) -> bool:
    return len(row[0]) + len(row[1]) > LONG


def shared_start(texts: Iterable[str]) -> str:
    """The longest start that all texts have in common."""
    rest = iter(texts)
    shared = next(rest, "")
    for text in rest:
        while not text.startswith(shared):
            shared = shared[:-1]
        if not shared:
            break
    return shared


def shared_end(texts: Iterable[str]) -> str:
    """The longest end that all texts have in common."""
    rest = iter(texts)
    shared = next(rest, "")
    for text in rest:
        while not text.endswith(shared):
            shared = shared[1:]
        if not shared:
            break
    return shared


def occurs(part: str, texts: Iterable[str], before_end: int = 0) -> bool:
    """Whether any text holds `part`, not counting its last `before_end` characters."""
    return any(text.find(part, 0, len(text) - before_end) >= 0 for text in texts)


def _holds(raw: bytes, sign: bytes) -> bool:
    """Whether the sign is in there; one of its characters that is not is found out much faster."""
    return all(code in raw for code in set(sign)) and sign in raw


def _repeated(values: Any) -> set[int]:
    seen: set[int] = set()
    return {value for value in values if value in seen or seen.add(value)}
