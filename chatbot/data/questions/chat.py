"""Questions about chat training files: lines of `{"messages": […]}`."""

from __future__ import annotations

import json
from typing import Callable, Iterable, Sequence

from chatbot.data.chat_lines import calls
from chatbot.data.findings import Finding, Sample
from chatbot.data.questions import Analysis
from chatbot.data.questions.samples import removals
from chatbot.data.questions.table import ENOUGH
from chatbot.data.reading import ChatRecord
from chatbot.records import DataError, Message

LONG = 10_000  # characters of one conversation


def analyse(records: Sequence[ChatRecord], conversion: Finding | None = None) -> Analysis:
    """Ask every question about chat lines. `conversion` comes first: what the file had to be turned from."""
    if all(map(_is_empty, records)):
        raise DataError(Message("No conversation has both a question and an answer. Fill them in and try again."))
    found = [conversion, _count(records), *(check(records) for check in CHECKS)]
    return Analysis(tuple(finding for finding in found if finding), list(records))


def from_dialogues() -> Finding:
    """Turns in one column become conversations."""
    message = Message("The file holds turns in one column; a chat model learns from conversations.")
    return Finding("conversion", "necessary", message, Message("Make each question and its answer a conversation"))


def from_pairs() -> Finding:
    """Prompts and completions become conversations."""
    message = Message("The file holds prompts and completions; a chat model learns from conversations.")
    action = Message("Make each prompt and its completion a conversation, without separators and endings")
    return Finding("conversion", "necessary", message, action)


def empty(records: Sequence[ChatRecord]) -> Finding | None:
    """Conversations in which a message is empty."""
    numbers = _numbers(map(_is_empty, records))
    return numbers and Finding(
        "empty",
        "recommended",
        Message("Conversations with an empty message: %(n)s.", n=len(numbers)),
        Message("Remove conversations with an empty message (%(n)s)", n=len(numbers)),
        len(numbers),
        _samples(records, numbers),
        lambda rows: [record for record in rows if not _is_empty(record)],
    )


def duplicates(records: Sequence[ChatRecord]) -> Finding | None:
    """The same conversation more than once."""
    numbers = _numbers(_repeated(records))
    return numbers and Finding(
        "duplicates",
        "recommended",
        Message("Conversations that repeat an earlier one word for word: %(n)s.", n=len(numbers)),
        Message("Remove repeated conversations (%(n)s)", n=len(numbers)),
        len(numbers),
        _samples(records, numbers),
        lambda rows: [record for record, repeated in zip(rows, _repeated(rows)) if not repeated],
    )


def contradictions(records: Sequence[ChatRecord]) -> Finding | None:
    """The same words asked, and different answers given: the model learns to guess."""
    answers: dict[str, set[str]] = {}
    for record in records:
        answers.setdefault(_asked(record), set()).add(record["messages"][-1].get("content", ""))
    numbers = [number for number, record in enumerate(records, 1) if len(answers[_asked(record)]) > 1]
    if not numbers:
        return None
    samples = removals((n, f"{_asked_last(records[n - 1])} → {records[n - 1]['messages'][-1]['content']}") for n in numbers)
    message = Message("Conversations that ask the same and are answered differently: %(n)s. Keep the best answer to each.", n=len(numbers))
    return Finding("contradictions", "info", message, n_rows=len(numbers), samples=samples)


def long(records: Sequence[ChatRecord]) -> Finding | None:
    """Conversations longer than a model of this kind reads at once."""
    numbers = _numbers(_length(record) > LONG for record in records)
    return numbers and Finding(
        "long",
        "recommended",
        Message("Conversations longer than %(most)s characters, which training would cut off: %(n)s.", n=len(numbers), most=LONG),
        Message("Remove long conversations (%(n)s)", n=len(numbers)),
        len(numbers),
        _samples(records, numbers),
        lambda rows: [record for record in rows if _length(record) <= LONG],
    )


CHECKS: tuple[Callable[[Sequence[ChatRecord]], Finding | None], ...] = (empty, duplicates, contradictions, long)


def _count(records: Sequence[ChatRecord]) -> Finding:
    if len(records) >= ENOUGH:
        return Finding("count", "info", Message("There are %(n)s conversations.", n=len(records)))
    message = Message("There are %(n)s conversations. A few hundred teach much better, and every doubling helps.", n=len(records))
    return Finding("count", "info", message)


def _numbers(concerned: Iterable[bool]) -> list[int] | None:
    return [number for number, is_concerned in enumerate(concerned, 1) if is_concerned] or None


def _samples(records: Sequence[ChatRecord], numbers: Sequence[int]) -> tuple[Sample, ...]:
    return removals((number, _text(records[number - 1])) for number in numbers)


def _is_empty(record: ChatRecord) -> bool:
    return not all(message["content"].strip() or calls(message) for message in record["messages"])


def _repeated(records: Iterable[ChatRecord]) -> list[bool]:
    seen: set[str] = set()
    return [_is_known(json.dumps(record, sort_keys=True), seen) for record in records]


def _is_known(key: str, seen: set[str]) -> bool:
    known = key in seen
    seen.add(key)
    return known


def _asked(record: ChatRecord) -> str:
    return "\n".join(f"{message['role']}: {message['content'].strip()}" for message in record["messages"][:-1])


def _asked_last(record: ChatRecord) -> str:
    return record["messages"][-2]["content"] if len(record["messages"]) > 1 else ""


def _length(record: ChatRecord) -> int:
    return sum(len(message["content"]) for message in record["messages"])


def _text(record: ChatRecord) -> str:
    return "\n".join(message["content"] for message in record["messages"])
