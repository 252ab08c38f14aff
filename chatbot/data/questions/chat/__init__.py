"""Questions about chat training files: lines of `{"messages": […]}`. One question, one function, one finding.

Removals come first and look at each conversation as it was read, so that the answer to one question does not change
what another one is about; what changes texts comes after them.
"""

from __future__ import annotations

from typing import Callable, Sequence

from chatbot.data.findings import Finding, SourceOf
from chatbot.data.masking import Rules
from chatbot.data.questions import Analysis
from chatbot.data.questions import leaks, outcome
from chatbot.data.questions.chat import answers, injection, language, turns
from chatbot.data.questions.chat.talks import Talks
from chatbot.data.questions.leaked import Leaks
from chatbot.data.reading import ChatRecord
from chatbot.records import DataError, Message

CHECKS: tuple[Callable[[Talks], Finding | None], ...] = (
    turns.count,
    turns.empty,
    turns.duplicates,
    answers.contradictions,
    answers.canned,
    turns.long,
    language.mixed,
    injection.takeover,
    turns.order,
)


def analyse(
    records: Sequence[ChatRecord], conversion: Finding | None = None, source_of: SourceOf = lambda index: "", rules: Rules | None = Rules()
) -> Analysis:
    """Ask every question about chat lines.

    `conversion` comes first: what the file had to be turned from. `source_of` tells where a line came from, `rules`
    what is masked; None asks nothing about personal data and secrets."""
    talks = Talks(records, source_of)
    if all(map(talks.is_empty, records)):
        raise DataError(Message("No conversation has both a question and an answer. Fill them in and try again."))
    found = [finding for finding in (conversion, *(check(talks) for check in CHECKS)) if finding]
    if rules:
        found += leaks.questions(Leaks(map(leaks.said_of, records), source_of, rules), leaks.texts_of, leaks.masked_record)
    return Analysis((*found, *outcome.of(found, records)), list(records))


def from_dialogues() -> Finding:
    """Turns in one column become conversations."""
    message = Message("The file is no list of messages yet, which is what a chat model learns from.")
    return Finding("conversion", "necessary", message, Message("Make each question and its answer a conversation"))


def from_pairs() -> Finding:
    """Prompts and completions become conversations."""
    message = Message("The file holds prompts and completions; a chat model learns from conversations.")
    action = Message("Make each prompt and its completion a conversation, without separators and endings")
    return Finding("conversion", "necessary", message, action)
