"""Showing what a change changes: the part of a text that differs from its other version. Pure."""

from __future__ import annotations

from chatbot.data.words import changed_words

LONGEST = 40  # characters; a longer difference is the whole text, where a mark would help nobody
KEPT = 0.25  # share of a text that must have stayed for marks inside it to help
ANCHOR = 40  # characters that must agree for two starts (or ends) to be the same place


def marked(text: str, other: str) -> list[tuple[str, bool]]:
    """`text` in pieces, each with whether it is new against `other`: what was added at the start and at the end, else
    the words that differ."""
    head, tail = _added(text, other), _added(text[::-1], other[::-1])
    if text and not head and not tail and text != other:
        found = [(piece, change == "new") for change, piece in changed_words(other, text) if change != "gone"]
        same = sum(len(piece) for piece, new in found if not new)
        return found if same > KEPT * len(text) else [(text, False)]
    pieces = [(text[:head], True), (text[head : len(text) - tail], False), (text[len(text) - tail :], True)]
    return [(_visible(piece) if new else piece, new) for piece, new in pieces if piece]


def _added(text: str, other: str) -> int:
    """How many characters stand in front of the start of `other`; 0 when that start is not found."""
    start = other[:ANCHOR]
    place = text.find(start, 0, LONGEST + len(start)) if start else -1
    return max(0, place)


def _visible(text: str) -> str:
    return text.replace("\n", "↵").replace("\t", "⇥").replace(" ", "␣")
