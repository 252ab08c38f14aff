"""Masking: what is found, what stays, the same value always the same placeholder, and time that grows with length only."""

from __future__ import annotations

import time

import pytest

from chatbot.data.masking import KINDS, Rules, Span, find, mask
from chatbot.data.masking.checks import is_card, is_chinese_id, is_iban, luhn
from tests.bench.masking import measure
from tests.data.masking.labelled import HALVES, LANGUAGES, labelled

ENOUGH = 500  # labelled lines of each language


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_labelled_set_is_large_and_names_every_kind(language: str) -> None:
    lines = [line for half in HALVES for line in labelled(language, half)]
    assert len(lines) >= ENOUGH and len({text for text, _ in lines}) == len(lines)
    assert {span.kind for _, spans in lines for span in spans} == set(KINDS)
    assert sum(not spans for _, spans in lines) > len(lines) / 4, "lines in which nothing may be masked"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("half", HALVES)
def test_rules_stay_as_good_as_they_are(language: str, half: str) -> None:
    score = measure(language, half)
    assert score.precision("all") > 0.93 and score.recall("all") > 0.93
    assert min(score.recall(kind) for kind in ("EMAIL", "CARD", "IBAN")) == 1.0, "what can be checked is never missed"


def test_check_digits() -> None:
    assert luhn("79927398713") and not luhn("79927398710")
    assert is_card("4111111111111111") and not is_card("4111111111111112") and not is_card("0000000000000000")
    assert is_iban("GB82WEST12345698765432") and not is_iban("GB82WEST12345698765433") and not is_iban("GB82WEST1234")
    assert is_chinese_id("11010519491231002X") and not is_chinese_id("110105194912310021")


def test_the_same_value_is_the_same_placeholder() -> None:
    texts = ["I am Ann Lee, ann@x.io, +1 212-555-0142", "Thanks, Ann. ANN@x.io or (212) 555-0142?", "No: bob@x.io"]
    assert mask(texts) == [
        "I am [NAME_1], [EMAIL_1], [PHONE_1]",
        "Thanks, [NAME_1]. [EMAIL_1] or [PHONE_1]?",
        "No: [EMAIL_2]",
    ]


def test_a_name_that_was_told_once_is_masked_wherever_it_stands() -> None:
    assert mask(["My name is Priya Nair.", "So Priya ordered, not Nairobi."]) == ["My name is [NAME_1].", "So [NAME_1] ordered, not Nairobi."]
    assert mask(["我叫王小明", "好的，王小明的包裹已发出"]) == ["我叫[NAME_1]", "好的，[NAME_1]的包裹已发出"]
    assert mask(["My name is Will.", "Will you wait?"])[1] == "Will you wait?"


def test_masking_again_changes_nothing_and_numbers_go_on() -> None:
    once = mask(["write to ann@x.io, password: hunter2"])
    assert once == ["write to [EMAIL_1], password: [SECRET_1]"] == mask(once)
    assert mask([*once, "or bob@x.io"])[1] == "or [EMAIL_2]"


def test_what_is_to_stay_stays_however_it_is_spelt() -> None:
    rules = Rules.keeping(["Shop@Example.com", "+1 (800) 555-0199"])
    assert mask(["shop@example.com, 800-555-0199, ann@x.io"], rules) == ["shop@example.com, 800-555-0199, [EMAIL_1]"]
    assert mask(["ann@x.io, my name is Ann"], Rules(frozenset(["NAME"]))) == ["ann@x.io, my name is [NAME_1]"]


def test_spans_are_in_order_and_apart() -> None:
    text = "IBAN DE89 3704 0044 0532 0130 00, card 4111 1111 1111 1111, order no. 4111111111111111, 11010519491231002X"
    spans = find(text)
    assert [span.kind for span in spans] == ["IBAN", "CARD", "CARD", "ID"]
    assert all(one.end <= other.start for one, other in zip(spans, spans[1:]))
    assert find("") == [] and find("5", ["NAME"]) == [] and find("a@b.io", ["EMAIL"]) == [Span(0, 6, "EMAIL")]


HOSTILE = [
    "a", "1", "1 ", "a@", "a.", "a@a.", "Ab ", "O'", "A. ", "+1 ", "2001:", "DE89 ", "0 12 ", "my name is ", "order 1", "password: 1", "Mr. A",
    "eyJaaaaaaaa.", "?token=", "://a:", "-----BEGIN PRIVATE KEY-----", "王", "我叫王", "订单1", "a at b dot ", "A\n", "Hi Ann, ", "regards, A",
]  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_megabyte_of_anything_takes_seconds(piece: str) -> None:
    def seconds(length: int) -> float:
        text = ("A1" + piece * (length // len(piece)))[:length]
        start = time.process_time()
        find(text)
        return time.process_time() - start

    short, long = seconds(250_000), seconds(1_000_000)
    assert long < 8 * short + 0.5, "four times the text, sixteen times the time: a pattern goes back too far"


def test_a_german_preposition_is_nobody() -> None:
    assert mask(["Ja, im Hof.", "Der Platz ist im Rang."]) == ["Ja, im Hof.", "Der Platz ist im Rang."]
    assert mask(["hi im Anna Lee, where is it", "im Bob. hello"]) == ["hi im [NAME_1], where is it", "im [NAME_2]. hello"]
