"""Examples: one question, its answer and what was said before; out of dialogues, pairs and chat lines, and into JSONL."""

from __future__ import annotations

import re
from typing import Iterable, Iterator, Sequence

from chatbot.data.chat_lines import ROLES
from chatbot.data.jsonl import chat_lines, pair_lines
from chatbot.data.questions.facts import shared_end
from chatbot.data.reading import ChatRecord, Row
from chatbot.records import Dialogue, Example, Style, Turn

SIGNS = re.compile(r"(?:\s+|[-=]+>|([-=#*+&$@%~])\1{2,}|\s\[?END\]?)+$")  # what separates, in contrast to what is said


def examples_from_dialogues(dialogues: Iterable[Dialogue]) -> Iterator[Example]:
    """One example per answer, with everything said before it as history; turns of one side in a row are merged."""
    return (example for dialogue in dialogues for example in _examples(dialogue.turns, dialogue.source))


def examples_from_pairs(rows: Iterable[Row], sources: Iterable[str]) -> Iterator[Example]:
    """Prompts and completions as they were before they were prepared: without separator, ending and leading blank.

    `rows` are walked through several times."""
    cut_prompt = len(_signs(shared_end(prompt for prompt, _ in rows)))
    cut_completion = len(_signs(shared_end(completion for _, completion in rows)))
    for (prompt, completion), source in zip(rows, sources):
        answer = _cut(completion, cut_completion).strip()
        if answer:
            yield Example(_cut(prompt, cut_prompt).strip(), answer, source=source)


def examples_from_records(records: Iterable[ChatRecord], sources: Iterable[str]) -> Iterator[Example]:
    """One example per assistant message that is to be learnt (`weight` is not 0)."""
    for record, source in zip(records, sources):
        turns = tuple(Turn(ROLES[message["role"]], message["content"]) for message in record["messages"])
        learnt = [message.get("weight") != 0 for message in record["messages"]]
        yield from _examples(turns, source, learnt)


def to_jsonl(examples: Iterable[Example], style: Style) -> Iterator[bytes]:
    """A training file: prompt and completion (the question and answer alone), or chat messages with the history."""
    if style == "completions":
        return pair_lines((example.question, example.answer) for example in examples)
    return chat_lines(record_of(example) for example in examples)


def record_of(example: Example) -> ChatRecord:
    """A line of a chat file in which only the last answer is learnt."""
    before = [{"role": turn.role, "content": turn.text} for turn in example.history]
    untrained = [message | {"weight": 0} if message["role"] == "assistant" else message for message in before]
    asked = {"role": "user", "content": example.question}
    return {"messages": [*untrained, asked, {"role": "assistant", "content": example.answer}]}


def _examples(turns: Sequence[Turn], source: str, learnt: Sequence[bool] = ()) -> Iterator[Example]:
    """One after the other: together, the histories of a very long dialogue are as long as the square of it."""
    merged: list[tuple[Turn, bool]] = []
    for turn, wanted in zip(turns, learnt or [True] * len(turns)):
        if merged and merged[-1][0].role == turn.role != "system":
            before, was_wanted = merged[-1]
            merged[-1] = Turn(turn.role, f"{before.text}\n{turn.text}"), was_wanted or wanted
        else:
            merged.append((turn, wanted))
    said = [turn for turn, _ in merged]
    for index, (turn, wanted) in enumerate(merged):
        if wanted and index and turn.role == "assistant" and said[index - 1].role == "user":
            yield Example(said[index - 1].text, turn.text, tuple(said[: index - 1]), source)


def _signs(ending: str) -> str:
    found = SIGNS.search(ending)
    return found.group() if found else ""


def _cut(text: str, length: int) -> str:
    return text[: len(text) - length]
