"""Claims and their sources: what an answer may say, and how it is shown while it grows."""

from __future__ import annotations

import pytest

from chatbot.flows.guard import Grounds, guarded, whole
from chatbot.prompting import DSA
from chatbot.prompting.claims import settled
from chatbot.prompting.guard import HAND_OVER, HAND_OVER_CHINESE, Known, leaves_out, offers_person
from chatbot.prompting.similar import Found, Neighbour
from chatbot.records import Piece
from tests.evals.company import facts

FITTING = "A bike fitting with Ines takes 75 minutes and costs 89 euros. Write to fit@kestrel.example."
NEAR = Neighbour("How much is a bike fitting?", FITTING, "faq.csv:3", 0.9)
SURE = Grounds("what does a fitting cost", Found((NEAR,), 0.9), DSA, ())


@pytest.mark.parametrize(
    "answer, wrong",
    [
        ("It costs 89 euros and takes 75 minutes.", []),
        ("It is €89.00 with Ines.", []),
        ("It costs 75 euros.", ["75"]),
        ("It takes ninety minutes.", ["ninety"]),
        ("Ask Robert on Monday.", ["Robert", "Monday"]),
        ("Write to fitting@kestrel.example.", ["fitting@kestrel.example"]),
        ("1. Come in\n2. Sit down for 75 minutes", []),
        ("That runs in O(n log n) with `k = 12`.", ["o(nlogn)"]),
    ],
)
def test_claims_without_a_source_are_found(answer, wrong):
    assert Known.of([FITTING]).made_up(answer) == wrong


@pytest.mark.parametrize(
    "answer, wrong",
    [("四十八小时内发货，满99元包邮。", []), ("四十八小时内发货，满１０９元包邮。", ["109"]), ("48天内发货。", ["48"]), ("一般三天送到。", ["三"])],
)
def test_claims_in_chinese(answer, wrong):
    assert Known.of(["下单后48小时内发货，满99元包邮。"]).made_up(answer) == wrong


@pytest.mark.parametrize("company", ["kestrel", "qinghe"])
def test_an_approved_answer_is_never_refused_at_any_length(company):
    for fact in facts(company):
        known = Known.of([fact.answer])
        assert not leaves_out(fact.answer, fact.answer) and known.supports(fact.answer)
        for length in range(len(fact.answer) + 1):
            assert known.made_up(settled(fact.answer[:length])) == []


def words(*answers: str):
    """A model that says these answers, one each time it is asked, in pieces of three characters."""
    left, asked = list(answers), []

    def ask(temperature):
        asked.append(temperature)
        text = left.pop(0)
        yield from (Piece(text[at : at + 3]) for at in range(0, len(text), 3))
        yield Piece("", "stop")

    return ask, asked


def test_a_good_answer_is_shown_as_it_grows():
    ask, asked = words("It costs 89 euros and takes 75 minutes.")
    pieces = list(guarded(SURE, ask))
    assert len(pieces) > 5 and not any(piece.replaces for piece in pieces)
    assert whole(iter(pieces)) == "It costs 89 euros and takes 75 minutes." and asked == [None]


def test_a_wrong_number_is_never_shown():
    ask, asked = words("A fitting costs 98 euros, or so I heard.", "It costs 89 euros.")
    pieces = list(guarded(SURE, ask))
    assert "98" not in "".join(piece.text for piece in pieces)
    assert whole(iter(pieces)) == "It costs 89 euros." and asked == [None, 0.0]


def test_after_two_wrong_answers_the_approved_one_is_given():
    ask, asked = words("A fitting costs 98 euros.", "A fitting costs 97 euros.")
    assert whole(guarded(SURE, ask)) == FITTING and asked == [None, 0.0]


def test_a_model_that_cannot_stop_is_stopped():
    ask, asked = words("A fitting takes 75 minutes. " + "With Ines it costs 89 euros and you can write to her, too. " * 20, "It costs 89 euros.")
    pieces = list(guarded(SURE, ask))
    assert whole(iter(pieces)) == "It costs 89 euros." and sum(len(piece.text) for piece in pieces) < 250


@pytest.mark.parametrize("said", ["Yes, we do.", "", "The moon is made of green cheese, minutes and euros, and 89 mice dance upon its craters nightly."])
def test_an_answer_that_says_nothing_of_it_is_replaced(said):
    ask, _ = words(said, said)
    assert whole(guarded(SURE, ask)) == FITTING


def test_what_is_not_sure_is_said_with_the_offer_of_a_person():
    unsure = Grounds("what does a fitting cost", Found((NEAR,), 0.3), DSA, ())
    assert FITTING in unsure.fixed and offers_person(unsure.fixed) and unsure.sources[0]["answer"] == FITTING
    unknown = Grounds("who is the president", Found((NEAR,), 0.1), DSA, ())
    assert unknown.fixed == HAND_OVER and unknown.sources == []
    assert Grounds("法国总统是谁", Found((), 0.0), DSA, ()).fixed == HAND_OVER_CHINESE
    assert Grounds("hello", Found((), 0.0, chatter=True), DSA, ()).fixed is None


@pytest.mark.parametrize(
    "text, shown",
    [
        ("We charge", "We charge"),
        ("We charge 4", "We charge"),
        ("We charge 45 eu", "We charge"),
        ("We charge 45 euros ", "We charge 45 euros "),
        ("It takes tw", "It takes "),
        ("Ask Ro", "Ask "),
        ("Call 0555 730", "Call"),
        ("运费8", "运费"),
        ("运费8元", "运费8元"),
    ],
)
def test_what_may_still_become_a_claim_is_held_back(text, shown):
    assert settled(text) == shown


def test_the_model_may_choose_among_the_answers_it_was_shown():
    other = Neighbour("How much is a service?", "A service costs 65 euros.", "faq.csv:4", 0.8)
    both = Grounds("what does a service cost", Found((NEAR, other), 0.9), DSA, ())
    ask, _ = words("A service costs 65 euros.")
    assert whole(guarded(both, ask)) == "A service costs 65 euros."
    ask, _ = words("A service costs 66 euros. ", "A service costs 67 euros.")
    assert whole(guarded(both, ask)) == "A service costs 65 euros.", "the one it meant, though it is not the nearest"
