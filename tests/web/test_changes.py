"""What is marked as new in a before/after pair."""

from __future__ import annotations

import pytest

from chatbot.web.changes import marked

LONG = "It is a long answer that goes on for more than forty characters, to be sure."


@pytest.mark.parametrize(
    "text, other, pieces",
    [
        ("who are you ->", "who are you", [("who are you", False), ("␣->", True)]),
        (f" {LONG}", LONG, [("␣", True), (LONG, False)]),
        (f"{LONG}\n", LONG, [(LONG, False), ("↵", True)]),
        (f"Q: {LONG} END", LONG, [("Q:␣", True), (LONG, False), ("␣END", True)]),
        (LONG.lower(), LONG.upper(), [(LONG.lower(), False)]),
        (LONG, LONG, [(LONG, False)]),
        ("", "gone", []),
    ],
)
def test_additions_at_the_ends_are_marked(text, other, pieces):
    assert marked(text, other) == pieces


def test_words_that_differ_in_the_middle_are_marked():
    before, after = "I am Ann Lee, hello", "I am [NAME_1], hello"
    assert marked(after, before) == [("I am ", False), ("[NAME_1]", True), (", hello", False)]
    assert marked(before, after) == [("I am ", False), ("Ann Lee", True), (", hello", False)]
