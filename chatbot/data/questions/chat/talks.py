"""What the questions ask conversations about, and the rows they show."""

from __future__ import annotations

import json
from typing import Callable, Iterable, Sequence

from chatbot.data.findings import Finding, Fix, Sample, SourceOf
from chatbot.data.questions.samples import SHOWN, shorten
from chatbot.data.reading import ChatRecord
from chatbot.records import Message


def said(record: ChatRecord) -> Iterable[tuple[dict, str]]:
    """Each message with its text."""
    return ((message, message.get("content") or "") for message in record["messages"])


def whole(record: ChatRecord) -> str:
    return "\n".join(text for _, text in said(record))


class Talks:
    """Conversations, and where each came from."""

    def __init__(self, records: Sequence[ChatRecord], source_of: SourceOf = lambda index: ""):
        self.records = records
        self.source_of = source_of

    def sample(self, index: int, before: str, after: str | None = None) -> Sample:
        return Sample(index + 1, shorten(before), after if after is None else shorten(after), self.source_of(index))

    def removal(
        self, id: str, concerns: Callable[[ChatRecord], bool], message: Message, action: Message, show: Callable[[ChatRecord], str] = whole
    ) -> Finding | None:
        """A finding whose fix removes each conversation that `concerns` is true of, if there is one; see `removed`."""
        numbers = [index for index, record in enumerate(self.records) if concerns(record)]
        if not numbers:
            return None
        return self.removed(id, numbers, lambda rows: [row for row in rows if not concerns(row)], message, action, show)

    def removed(
        self, id: str, numbers: Sequence[int], fix: Fix, message: Message, action: Message, show: Callable[[ChatRecord], str] = whole
    ) -> Finding:
        """The finding that the conversations with these indices are to go. Both sentences are told their number as
        %(n)s; `show` is what is shown of one."""
        message, action = (Message(told.template, **dict(told.values), n=len(numbers)) for told in (message, action))
        samples = tuple(self.sample(index, show(self.records[index])) for index in numbers[:SHOWN])
        return Finding(id, "recommended", message, action, len(numbers), samples, fix, numbers=numbers)

    @staticmethod
    def is_empty(record: ChatRecord) -> bool:
        """Whether somebody says nothing, without calling a tool either."""
        return any(not text.strip() and not message.get("tool_calls") and not message.get("function_call") for message, text in said(record))


def asked(record: ChatRecord) -> str:
    """Everything before the last message, with who said it."""
    return "\n".join(f"{message['role']}: {' '.join(text.split()).casefold()}" for message, text in list(said(record))[:-1])


def answered(record: ChatRecord) -> str:
    """The last message."""
    return record["messages"][-1].get("content") or ""


def question_and_answer(record: ChatRecord) -> str:
    """What a row about answers shows: the last question, and the answer."""
    before = record["messages"][-2].get("content") or "" if len(record["messages"]) > 1 else ""
    return f"{before} → {answered(record)}"


def plain(text: str) -> str:
    """The text without differences in blanks and capitals."""
    return " ".join(text.split()).casefold()


def fingerprint(record: ChatRecord) -> int:
    """The same for conversations that are the same word for word."""
    return hash(json.dumps(record, sort_keys=True, ensure_ascii=False))
