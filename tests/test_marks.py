"""How answers are marked: against what sacreBLEU 2.6 prints, and with the letters people really type."""

from __future__ import annotations

import pytest

from chatbot.prompting.marks import chrf, is_right


@pytest.mark.parametrize(
    "answer, reference, score",
    [
        ("A city bike costs 19 euros a day.", "A city bike costs 19 euros a day.", 100.0),
        ("It costs 19 euros.", "A city bike costs 19 euros a day.", 45.661),
        ("yes", "Yes, we are open until six in the evening.", 3.644),
        ("abc", "ab", 87.5),
        ("a", "abcdefgh", 15.152),
        ("营业时间是早上9点到晚上9点。", "营业时间是每天上午9点到晚上9点，春节休息三天。", 35.792),
        ("The quick brown fox jumps over the lazy dog and more and more", "The quick brown fox", 67.061),
        ("", "x y z", 0.0),
        ("完全不同", "The cat", 0.0),
    ],
)
def test_chrf_is_that_of_sacrebleu(answer, reference, score):
    assert chrf(answer, reference) == pytest.approx(score, abs=0.001)


@pytest.mark.parametrize(
    "answer, must, right",
    [
        ("It costs ＥＵＲ １９．", ["eur 19."], True),
        ("Open  until\nSIX.", ["until six"], True),
        ("满１０９元包邮", ["109元", "包邮"], True),
        ("满109元", ["109元", "包邮"], False),
        ("nineteen", ["19"], False),
    ],
)
def test_an_answer_is_right_when_it_says_all_it_must(answer, must, right):
    assert is_right(answer, must) is right
