"""Token probabilities in the forms of the API: also of tokens that are only a part of a character."""

from __future__ import annotations

from chatbot.engine import logprobs

HALF = {"token": " ", "bytes": [32, 0xE6, 0x97], "logprob": -2.0}  # a blank, and two of the three bytes of 日
OTHER = {"token": "", "bytes": [0xF0, 0x9F], "logprob": None}
TOKENS = [{"token": "a", "bytes": [97], "logprob": -0.5, "top_logprobs": [HALF, OTHER]}]


def test_parts_of_characters_in_a_chat():
    entry = logprobs.chat(TOKENS, 2)[0]
    assert entry["token"] == "a" and entry["bytes"] == [97]
    assert [(other["token"], other["bytes"], other["logprob"]) for other in entry["top_logprobs"]] == [
        (" \\xe6\\x97", [32, 0xE6, 0x97], -2.0),
        ("\\xf0\\x9f", [0xF0, 0x9F], -9999.0),
    ]


def test_parts_of_characters_in_a_completion():
    found = logprobs.completion([*TOKENS, HALF], 2, 5)
    assert found["tokens"] == ["a", "bytes: \\xe6\\x97"] and found["text_offset"] == [5, 6]
    assert found["top_logprobs"][0] == {"bytes: \\xe6\\x97": -2.0, "bytes:\\xf0\\x9f": -9999.0, "a": -0.5}
