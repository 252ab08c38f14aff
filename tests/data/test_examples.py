"""Examples: out of dialogues, into JSONL and back."""

from __future__ import annotations

import tracemalloc
from typing import Iterable

import pytest

from chatbot.data import questions
from chatbot.data.examples import examples_from_dialogues, to_jsonl
from chatbot.data.jsonl import pair_lines
from chatbot.flows.prepare import inspect
from chatbot.records import Dialogue, Example, Turn

TALK = Dialogue(
    (
        Turn("assistant", "Hi"),
        Turn("user", "I have"),
        Turn("user", "a question"),
        Turn("assistant", "Ask"),
        Turn("user", "why?"),
        Turn("assistant", "Because"),
        Turn("user", "bye"),
    ),
    "a.csv:2",
)


def read(content: Iterable[bytes]) -> list[Example]:
    return inspect("training.jsonl", b"".join(content)).examples


def test_a_dialogue_gives_one_example_per_answer_with_its_history() -> None:
    first, second = examples_from_dialogues([TALK])
    assert (first.question, first.answer) == ("I have\na question", "Ask")
    assert first.history == (Turn("assistant", "Hi"),) and first.source == "a.csv:2"
    assert (second.question, second.answer) == ("why?", "Because")
    assert second.history == (Turn("assistant", "Hi"), Turn("user", "I have\na question"), Turn("assistant", "Ask"))


def test_the_chat_form_comes_back_as_it_went() -> None:
    examples = list(examples_from_dialogues([TALK]))
    again = read(to_jsonl(examples, "chat"))
    assert [(e.question, e.answer, e.history) for e in again] == [(e.question, e.answer, e.history) for e in examples]
    assert again[1].source == "training.jsonl:2"


def test_system_messages_stay_and_weights_count() -> None:
    line = (
        b'{"messages":[{"role":"system","content":"s"},{"role":"user","content":"q"},'
        b'{"role":"assistant","content":"a","weight":0},{"role":"user","content":"r"},{"role":"assistant","content":"b"}]}\n'
    )
    (example,) = read([line])
    assert (example.question, example.answer) == ("r", "b")
    assert example.history == (Turn("system", "s"), Turn("user", "q"), Turn("assistant", "a"))


@pytest.mark.parametrize(
    "rows",
    [
        [("what is x?", "It is x."), ("what is y", "Just y")],
        [("line one\nline two", "a. b"), ("c -> d", "e\nf")],
        [("a -> b", "and so at the END of it"), ("\n\n###\n\nc", "x\n.")],
        [("用什么", "链表。"), ("为什么？", "因为快。")],
        [("C++", "c"), ("why", "d")],
    ],
)
def test_prepared_pairs_come_back_as_they_were(rows) -> None:
    prepared = questions.apply(questions.analyse(rows), {})
    again = read(pair_lines(prepared))
    assert [(example.question, example.answer) for example in again] == [(p.strip(), c) for p, c in rows]


def test_what_is_said_is_not_taken_for_a_separator() -> None:
    rows = [("what is a?", " It is THE END."), ("what is b?", " This is THE END.")]
    assert [(e.question, e.answer) for e in read(pair_lines(rows))] == [(p, c.strip()) for p, c in rows]


def test_empty_answers_are_not_learnt() -> None:
    assert read([b'{"prompt":"a","completion":" "}\n{"prompt":"c","completion":"d"}\n']) == [
        Example("c", "d", (), "training.jsonl:2")
    ]


def test_lines_are_spelt_as_ever() -> None:
    assert b"".join(pair_lines([("a/b\t“ü”", 'c"\n\x01')])) == '{"prompt":"a\\/b\\t“ü”","completion":"c\\"\\n\\u0001"}\n'.encode()


def test_a_very_long_dialogue_is_not_held_once_for_each_of_its_answers() -> None:
    said = tuple(Turn(("user", "assistant")[n % 2], f"text {n}") for n in range(6000))
    tracemalloc.start()
    n = sum(1 for _ in examples_from_dialogues([Dialogue(said)]))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert n == 3000 and peak < 3_000_000, "72 MB when all of them are there at once"
