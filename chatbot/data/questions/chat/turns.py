"""How much there is, and conversations that are empty, repeated, very long or out of order."""

from __future__ import annotations

from itertools import islice
from typing import Iterable, Iterator

from chatbot.data.findings import Finding
from chatbot.data.questions.chat.talks import Talks, fingerprint, said
from chatbot.data.questions.samples import SHOWN
from chatbot.data.questions.table import ENOUGH
from chatbot.data.reading import ChatRecord
from chatbot.records import Message

FEW = 10  # conversations below which OpenAI refuses a training file
LONG = 10_000  # characters of one conversation
PLAIN = {"role", "content", "weight"}  # messages with more than that are left as they are
SIDES = ("user", "assistant")


def count(talks: Talks) -> Finding:
    """How many conversations there are, with advice when they are few."""
    n = len(talks.records)
    if n >= ENOUGH:
        return Finding("count", "info", Message("Conversations: %(n)s.", n=n))
    if n >= FEW:
        return Finding("count", "info", Message("Conversations: %(n)s. A few hundred teach much better, and every doubling helps.", n=n))
    message = Message("Conversations: %(n)s. A model learns little from fewer than 10, and OpenAI takes no fewer.", n=n)
    return Finding("count", "info", message)


def empty(talks: Talks) -> Finding | None:
    """Conversations in which a message is empty."""
    message, action = Message("Conversations with an empty message: %(n)s."), Message("Remove conversations with an empty message (%(n)s)")
    return talks.removal("empty", talks.is_empty, message, action)


def duplicates(talks: Talks) -> Finding | None:
    """The same conversation more than once."""
    numbers = [index for index, repeated in enumerate(_repeated(talks.records)) if repeated]
    if not numbers:
        return None

    def fix(rows: Iterable[ChatRecord]) -> list[ChatRecord]:
        rows = list(rows)
        return [row for row, repeated in zip(rows, _repeated(rows)) if not repeated]

    message, action = Message("Conversations that repeat an earlier one word for word: %(n)s."), Message("Remove repeated conversations (%(n)s)")
    return talks.removed("duplicates", numbers, fix, message, action)


def long(talks: Talks) -> Finding | None:
    """Conversations longer than a model of this kind reads at once."""
    message = Message("Conversations longer than %(most)s characters, which training would cut off: %(n)s.", most=LONG)
    return talks.removal("long", lambda record: _length(record) > LONG, message, Message("Remove long conversations (%(n)s)"))


def order(talks: Talks) -> Finding | None:
    """Two messages of one side in a row, an instruction that comes late, or a question at the end that nobody answered."""
    concerned = ((index, record, ordered(record)) for index, record in enumerate(talks.records))
    found = [(index, record, better) for index, record, better in concerned if better is not record]
    if not found:
        return None
    samples = (talks.sample(index, _script(record), _script(better)) for index, record, better in islice(found, SHOWN))
    return Finding(
        "order",
        "recommended",
        Message(
            "Conversations out of order: %(n)s. One side speaks twice in a row, an instruction comes late, or the last "
            "message has no answer.",
            n=len(found),
        ),
        Message("Put messages in order (%(n)s): join what one side says in a row, instructions first, no unanswered end", n=len(found)),
        len(found),
        tuple(samples),
        lambda rows: list(map(ordered, rows)),
    )


def ordered(record: ChatRecord) -> ChatRecord:
    """The conversation in order; the same object if it is. One with tools in it is left alone."""
    messages = record["messages"]
    if any(not message.keys() <= PLAIN or message["role"] in ("tool", "function") for message in messages):
        return record
    late = sorted(messages, key=lambda message: message["role"] in SIDES)
    joined = list(_joined(late))
    last = max((place for place, message in enumerate(joined) if message["role"] == "assistant"), default=len(joined))
    better = joined[: last + 1]
    return record if better == messages else record | {"messages": better}


def _joined(messages: Iterable[dict]) -> Iterator[dict]:
    """Neighbours of one side as one message; not when one is to be learnt and the other is not."""
    before: dict | None = None
    for message in messages:
        if before and message["role"] == before["role"] in SIDES and message.get("weight") == before.get("weight"):
            before = before | {"content": f"{before['content']}\n{message['content']}"}
            continue
        if before:
            yield before
        before = message
    if before:
        yield before


def _script(record: ChatRecord) -> str:
    return "\n".join(f"{message['role']}: {text}" for message, text in said(record))


def _repeated(records: Iterable[ChatRecord]) -> Iterator[bool]:
    seen: set[int] = set()
    for record in records:
        key = fingerprint(record)
        yield key in seen
        seen.add(key)


def _length(record: ChatRecord) -> int:
    return sum(len(text) for _, text in said(record))


