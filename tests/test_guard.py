"""Claims and their sources: what an answer may say, and how it is shown while it grows."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from chatbot.flows.guard import Grounds, guarded, known, made_up, whole
from chatbot.prompting import DSA
from chatbot.prompting.claims import settled
from chatbot.prompting.guard import Known, leaves_out, means_another, mixes
from chatbot.prompting.phrases import PHRASES, language_of, offers_person
from chatbot.prompting.similar import Found, Neighbour
from chatbot.records import Piece, Turn
from tests.evals.company import facts, outside
from tests.tuning import COMPANIES

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


TEA = "下午三点半开始的茶艺课每位两百元，周三上课，由店长周敏老师讲解，地点在柳溪路二十六号，会员打九折，约一个半小时。"


@pytest.mark.parametrize(
    "answer, wrong",
    [
        (TEA, []),
        ("3点半开始，200元一位，星期三上课。", []),
        ("周老师讲课，每位200块。", []),
        ("在柳溪路26号，周店长会接待您。", []),
        ("每周三次课。", ["三"]),
        ("三点一刻开始，周四上课。", ["周四"]),
        ("两百五十元一位，打百分之五的折扣。", ["两百五十", "百分之五"]),
        ("四点开始。", ["四"]),
        ("王老师讲课，联系人：李明华。", ["王", "李明华"]),
        ("在杨柳路26号。", ["杨柳路"]),
        ("课程半小时。", []),
        ("课程半天。", ["半"]),
    ],
)
def test_chinese_names_times_prices_and_streets(answer, wrong):
    assert sorted(made_up(known([TEA]), answer)) == sorted(wrong)


@pytest.mark.parametrize(
    "answer, wrong",
    [
        ("Robert will help you.", ["Robert"]),
        ("Ines handles the fitting. Max works here, too.", ["Max"]),
        ("Someone will help you. We can do that. Fittings can take 75 minutes.", []),
        ("Delivery will take a while.", ["Delivery"]),
        ("Please ask for Peter, or Dr. Miller.", ["Peter", "Miller"]),
    ],
)
def test_a_name_that_begins_a_sentence(answer, wrong):
    assert made_up(known([FITTING]), answer) == wrong


def test_a_weekday_or_a_share_is_held_back_until_it_is_whole():
    assert [settled(text) for text in ("课在周", "课在周三", "课在周三上午", "打百分之", "打百分之五", "约一个半小时")] == [
        "课在", "课在", "课在周三上午", "打", "打", "约一个半小时"
    ]  # fmt: skip


@pytest.mark.parametrize("company", ["kestrel", "qinghe", "willow"])
def test_an_approved_answer_is_never_refused_at_any_length(company):
    for fact in facts(company):
        own = known([fact.answer])
        assert not leaves_out(fact.answer, fact.answer) and own.supports(fact.answer)
        for length in range(len(fact.answer) + 1):
            assert made_up(own, settled(fact.answer[:length])) == []


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


@pytest.mark.parametrize("language", PHRASES)
def test_every_language_offers_a_person(language):
    phrases = PHRASES[language]
    answers = ["A 3", "B 4"]
    for said in (phrases.hand_over, phrases.hedge.format(answer="A 3"), phrases.choice.format(answers="\n".join(answers))):
        assert offers_person(said) and not offers_person(said.replace("?", "").replace("？", "").replace("؟", ""))


@pytest.mark.parametrize("company", sorted(path.name for path in COMPANIES.iterdir()))
def test_a_company_is_spoken_for_in_its_language(company):
    code = company.removeprefix("other-").split("-")[0]
    known = facts(COMPANIES / company)
    spoken = [language_of(text, [fact.answer]) for fact in known for text in fact.held_out]
    assert spoken.count(code) >= 0.97 * len(spoken)
    assert [language_of(text, [fact.answer for fact in known[:3]]) for text in outside(COMPANIES / company)].count(code) >= 30


def test_a_question_in_other_letters_is_answered_in_its_language():
    assert language_of("营业时间是？", ["We are open daily."]) == "zh" and language_of("what does it cost", ["一杯18元。"]) == "en"
    assert language_of("wifi?", ["一杯18元。"]) == "zh" and language_of("wifi?") == "en"


def test_what_is_not_sure_is_said_with_the_offer_of_a_person():
    unsure = Grounds("what does a fitting cost", Found((NEAR,), 0.3), DSA, ())
    assert FITTING in unsure.fixed and offers_person(unsure.fixed) and unsure.sources[0]["answer"] == FITTING
    unknown = Grounds("who is the president", Found((NEAR,), 0.1), DSA, ())
    assert unknown.fixed == PHRASES["en"].hand_over and unknown.sources == []
    assert Grounds("法国总统是谁", Found((), 0.0), DSA, ()).fixed == PHRASES["zh"].hand_over
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


def test_the_answer_before_is_not_given_again_to_another_question():
    near = Neighbour("Where are my blood results?", "You find the results in our app, under My reports.", "faq.csv:5", 0.9)
    said = (Turn("user", "How much is a service?"), Turn("assistant", "A service costs 65 euros, the parts included."))
    after = Grounds("and where are my blood results?", Found((near,), 0.9), DSA, said)
    assert after.refuse(said[1].text) and not after.refuse("You find your blood results in our app.")
    assert not replace(SURE, history=(said[0], Turn("assistant", FITTING))).refuse(FITTING), "unless it is what was asked for again"


def test_the_model_may_combine_the_answers_it_was_shown_but_not_mix_or_swap_them():
    other = Neighbour("How much is a service?", "A service costs 65 euros.", "faq.csv:4", 0.8)
    both = Grounds("what does a fitting cost", Found((NEAR, other), 0.9), DSA, ())
    for good in ("A bike fitting costs 89 euros. A service costs 65 euros.", "A fitting costs 89 euros and takes 75 minutes."):
        ask, _ = words(good)
        assert whole(guarded(both, ask)) == good
    for swapped in ("A service costs 65 euros.", "A bike fitting with Ines takes 75 minutes and costs 65 euros."):
        ask, _ = words(swapped, swapped)
        assert whole(guarded(both, ask)) == NEAR.answer
    night, day = "Power costs 13.9p at night, from 23:00 to 7:00.", "Power costs 28.4p during the day, from 7:00 to 23:00."
    assert means_another(day, [night, day]) and not means_another(night, [night, day])
    ask, _ = words("A service costs 66 euros. ", "A service costs 67 euros.")
    assert whole(guarded(both, ask)) == NEAR.answer, "the best one"
    ask, _ = words("A service costs 66 euros. ", "A service costs 67 euros.")
    offered = whole(guarded(replace(both, found=Found((NEAR, other), 0.7)), ask))
    assert NEAR.answer in offered and other.answer in offered and offers_person(offered), "not far ahead of the others"


@pytest.mark.parametrize("unit", ["a", "1", "一", "1 ", "\n", "@a", "a.", "O(()", "1, ", "www.", "王", "` "])
def test_no_text_takes_long_to_look_through(unit):
    """Quadratic work on 32,000 characters, the longest message, is seconds in which nobody else is answered."""
    text = (unit * 32_000)[:31_990] + " hello you"
    sources = known(["It costs 5 euros."])
    for work in (lambda: known([text]), lambda: made_up(sources, text), lambda: settled(text), lambda: mixes(text, [FITTING], text)):
        began = time.process_time()
        work()
        assert time.process_time() - began < 1
