"""The questions, one by one: when they are asked and what a yes does."""

from __future__ import annotations

import random

import pytest

from chatbot.data import questions
from chatbot.data.findings import Finding
from chatbot.data.questions import ends, facts, rows, split, table
from chatbot.data.questions.facts import Facts
from chatbot.records import DataError

PLAIN = [("what is a stack", "a pile"), ("why a queue then", "it is fair"), ("how so", "first come")]


def fixed(finding: Finding | None, given: list) -> list:
    assert finding and finding.kind in ("recommended", "necessary") and finding.fix
    return list(finding.fix(given))


def applied(analysis: questions.Analysis, answers: dict[str, bool]) -> list:
    return list(questions.apply(analysis, answers))


@pytest.mark.parametrize(
    "given, task",
    [
        ([("", "a"), ("", "b")], "open-ended"),
        ([("x", "a")] * 4, "classification"),
        ([("x", "a")] * 3, "conditional"),
        ([("x", "a"), ("", "b")], "conditional"),
    ],
)
def test_task(given, task) -> None:
    assert Facts(given).task == task
    assert bool(rows.task(Facts(given))) == (task == "classification")


@pytest.mark.parametrize("texts, start, end", [(["abc", "abd", "ab"], "ab", ""), (["xy", "y"], "", "y"), ([], "", ""), (["a", ""], "", "")])
def test_what_texts_share(texts, start, end) -> None:
    assert (facts.shared_start(texts), facts.shared_end(texts)) == (start, end)


@pytest.mark.parametrize("texts, is_upper", [(["Ab"], True), (["Abb"], False), (["ÄÖé"], True), (["Äöé"], False), (["123", "中文"], False)])
def test_capitals(texts, is_upper) -> None:
    column = facts.Column()
    column.add(texts)
    assert column.mostly_upper == is_upper


def test_count_gives_advice_when_few() -> None:
    assert "few hundred" in str(table.count(len(PLAIN)).message)
    assert "few hundred" not in str(table.count(100).message)


def test_columns() -> None:
    assert table.column(["prompt"], "prompt") is None
    assert str(table.column(["PROMPT"], "prompt").action) == "Rename “PROMPT” to “prompt”"
    with pytest.raises(DataError):
        table.column(["answer"], "prompt")
    assert table.extra_columns(["prompt", "completion"]) is None
    assert str(table.extra_columns(["Prompt", "completion", "id", "n"]).action) == "Leave out the columns id, n"


def test_empty_completions_go_and_are_numbered() -> None:
    finding = table.empty_completions(Facts([("a", ""), ("b", "c"), ("d", "")]))
    assert finding.n_rows == 2 and [sample.row for sample in finding.samples] == [1, 3]
    assert fixed(finding, [("a", ""), ("b", "c")]) == [("b", "c")]


def test_duplicates_keep_the_first() -> None:
    finding = rows.duplicates(Facts([("a", "b"), ("a", "c"), ("a", "b"), ("a", "b")]))
    assert finding.n_rows == 2 and [sample.row for sample in finding.samples] == [3, 4]
    assert fixed(finding, [("a", "b"), ("a", "c"), ("a", "b")]) == [("a", "b"), ("a", "c")]


def test_long_rows_are_removed_after_empty_ones_were() -> None:
    long = ("long", "x" * 9997)
    analysis = questions.analyse([("e", ""), ("a", "b"), long, ("c", "d")])
    left = applied(analysis, {finding.id: finding.id == "long" for finding in analysis.findings})
    assert left == [("a", "b"), ("c", "d")]
    assert rows.long_rows(Facts([("long", "x" * 9996)])) is None
    assert rows.long_rows(Facts([("", "x" * 10_001)])) is None, "writing freely has no limit"


def test_lower_case() -> None:
    assert fixed(rows.upper_prompts(Facts([("ABÇ", "b")])), [("ABÇ", "X")]) == [("abç", "X")]
    assert fixed(rows.upper_completions(Facts([("a", "BIG")])), [("A", "BIG")]) == [("A", "big")]


@pytest.mark.parametrize(
    "prompts_given, sign",
    [
        (["a", "b"], " ->"),
        (["a\nb", "c"], "\n\n###\n\n"),
        (["a -> b", "c"], "\n\n###\n\n"),
        (["a -> b", "c\n\n###\n\nd", "e\n\n===\n\nf", "\n\n---\n\ng"], "\n\n===>\n\n"),
        ([f"{sign}x" for sign in ends.SEPARATORS] + ["y"], "\n\n### =>\n\n"),
    ],
)
def test_separator(prompts_given, sign) -> None:
    given = [(prompt, "x") for prompt in prompts_given]
    assert fixed(ends.separator(Facts(given)), [("q", "a")]) == [(f"q{sign}", "a")]


def test_separator_that_is_there() -> None:
    assert ends.separator(Facts([("a?", "x"), ("b?", "y")])).kind == "info"
    assert "shorter ending" in str(ends.separator(Facts([("a, please answer", "x"), ("b, please answer", "y")])).message)
    assert "hold it earlier" in str(ends.separator(Facts([("a?c?", "x"), ("b?", "y")])).message)
    assert ends.separator(Facts([("", "x"), ("", "y")])) is None
    assert ends.separator(Facts([("same", "x"), ("same", "y")])).kind == "error"


def test_prompt_prefix_goes_from_13_characters_on() -> None:
    assert ends.prompt_prefix(Facts([("123456789012a", "x"), ("123456789012b", "y")])).kind == "info"
    assert ends.prompt_prefix(Facts(PLAIN)) is None
    finding = ends.prompt_prefix(Facts([("1234567890123a", "x"), ("1234567890123b", "y")]))
    assert fixed(finding, [("1234567890123b", "y")]) == [("b", "y")]


@pytest.mark.parametrize("blank", ["", " "])
def test_completion_prefix_goes_but_its_blank_stays(blank: str) -> None:
    given = [("a", f"{blank}It is red"), ("b", f"{blank}It is blue")]
    assert fixed(ends.completion_prefix(Facts(given)), given) == [("a", f"{blank}red"), ("b", f"{blank}blue")]
    assert ends.completion_prefix(Facts([("a", "It a"), ("b", "It b")])) is None


@pytest.mark.parametrize(
    "given, sign",
    [(["a", "b"], "\n"), (["a\nb", "c"], "."), (["a\nb.", "c"], " END"), ([f"{sign}x" for sign in ends.ENDINGS] + ["y"], " [END]")],
)
def test_ending(given, sign) -> None:
    finding = ends.ending(Facts([(f"p{n}", text) for n, text in enumerate(given)]))
    assert fixed(finding, [("q", "a")]) == [("q", f"a{sign}")]


def test_ending_that_is_there_or_cannot_be() -> None:
    assert ends.ending(Facts([("a", "x."), ("b", "y.")])).kind == "info"
    assert ends.ending(Facts([("a", "x"), ("b", "x")])).kind == "error"
    assert ends.ending(Facts([("a", "x")] * 4)) is None, "classes need no ending"


def test_leading_blank() -> None:
    finding = ends.leading_blank(Facts([("a", " x"), ("b", "y")]))
    assert finding.n_rows == 1 and fixed(finding, [("a", " x"), ("b", "y")]) == [("a", " x"), ("b", " y")]
    assert ends.leading_blank(Facts([("a", " x"), ("b", " y")])) is None


def test_samples_show_before_and_after() -> None:
    sample = ends.separator(Facts(PLAIN)).samples[0]
    assert (sample.row, sample.before, sample.after) == (1, "what is a stack", "what is a stack ->")


def test_answers_decide() -> None:
    analysis = questions.analyse(PLAIN)
    asked = [finding.id for finding in analysis.findings if finding.kind == "recommended"]
    assert asked == ["separator", "ending", "leading-blank"]
    assert applied(analysis, dict.fromkeys(asked, False)) == PLAIN
    assert applied(analysis, {"ending": False})[2] == ("how so ->", " first come")


def test_nothing_but_empty_completions_is_refused() -> None:
    with pytest.raises(DataError, match="No row has a completion"):
        questions.analyse([("a", ""), ("b", "")])


@pytest.mark.parametrize("n, n_training", [(11, 8), (15, 12), (40, 32), (1500, 1200), (6000, 5000)])
def test_split(n: int, n_training: int) -> None:
    given = [(str(index), "x") for index in range(n)]
    training, validation = split.split(given)
    assert len(training) == n_training == split.n_training(n)
    assert sorted(training + validation) == sorted(given)
    assert validation == [row for row in given if row in set(validation)] and training != sorted(training)


def test_whether_an_ending_occurs_earlier_is_known_from_one_walk() -> None:
    dice = random.Random(2)
    for _ in range(300):
        texts = ["".join(dice.choices("ab\n", k=dice.randint(0, 6))) + "a" * dice.randint(0, 3) for _ in range(dice.randint(1, 9))]
        column = facts.Column()
        for start in range(0, len(texts), 3):
            column.add(texts[start : start + 3])
        assert column.end == facts.shared_end(texts)
        if column.end and column.end_occurs is not None:
            assert column.end_occurs == facts.occurs(column.end, texts, before_end=len(column.end)), texts
