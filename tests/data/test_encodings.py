"""Encodings: found out where they can be, said where they were guessed, chosen by a person where the guess is wrong."""

from __future__ import annotations

import pytest

from chatbot.data.looking import look
from chatbot.data.mapping import Mapping
from chatbot.data.readers import read
from chatbot.data.source import CHOICES, likely_encodings
from tests.bench.encodings import ENCODINGS, outcome, texts


@pytest.mark.parametrize("encoding, language", [(encoding, language) for encoding, languages in ENCODINGS.items() for language in languages])
def test_short_texts_are_read_right_and_never_wrong_in_silence(encoding: str, language: str) -> None:
    found = [outcome(text, encoding) for text in texts(language)]
    assert len(set(texts(language))) == 500
    assert found.count("silent") == 0
    assert found.count("right") >= 0.98 * len(found)


def test_a_wrong_guess_can_be_put_right() -> None:
    korean = "question,answer\n몇 시에 여나요?,아홉 시에 엽니다.\n주차할 수 있나요?,네 무료입니다.\n".encode("cp949")
    guessed = read("k.csv", korean)
    assert any("not UTF-8" in str(warning) for warning in guessed.warnings)
    told = read("k.csv", korean, Mapping(encoding="cp949"))
    assert told.dialogues[0].turns[0].text == "몇 시에 여나요?" and not told.warnings


def test_a_wrong_choice_is_said_and_its_damaged_rows_are_left_out() -> None:
    content = "question,answer\nWo?,In München.\nWann?,Um neun.\n".encode("cp1252")
    reading = read("m.csv", content, Mapping(encoding="utf-8"))
    assert [dialogue.turns[0].text for dialogue in reading.dialogues] == ["Wann?"]
    assert "damaged" in str(reading.warnings[0])


def test_the_mark_at_the_beginning_is_no_letter_when_utf_8_is_chosen() -> None:
    content = "question,answer\nWo?,In München.\n".encode("utf-8-sig")
    assert read("m.csv", content, Mapping(encoding="utf-8")).dialogues == read("m.csv", content).dialogues != ()


def test_every_choice_is_an_encoding_and_the_likely_ones_come_first() -> None:
    for encoding in CHOICES:
        "a".encode(encoding)
    assert likely_encodings("第一天什么时候开门？".encode("gb18030"))[0] == "gb18030"
    assert set(likely_encodings("é".encode("cp1252") * 3 + b" word")) <= set(CHOICES)


def test_the_words_that_tell_encodings_apart_are_shown() -> None:
    content = ("question,answer\n" + "Where is it?,Here it is and this is a long plain answer to read. " * 2 + "In München.\n").encode("cp1252")
    shown = dict(look("m.csv", content, Mapping()).encodings)
    assert shown["cp1252"] == "ad. In München." and "München" not in shown["gb18030"]
    assert look("m.csv", b"question,answer\na,b\n", Mapping()).encodings == ()
