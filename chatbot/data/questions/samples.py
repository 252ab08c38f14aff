"""A few of the rows a finding is about, before and after."""

from __future__ import annotations

from itertools import islice
from typing import Callable, Iterable

from chatbot.data.findings import Sample

SHOWN = 3
LONGEST = 300  # characters of one sample


def changes(texts: Iterable[str], change: Callable[[str], str]) -> tuple[Sample, ...]:
    """The first texts that `change` alters."""
    found = ((number, text, change(text)) for number, text in enumerate(texts, 1))
    altered = ((number, before, after) for number, before, after in found if before != after)
    return tuple(Sample(number, shorten(before), shorten(after)) for number, before, after in islice(altered, SHOWN))


def removals(rows: Iterable[tuple[int, str]]) -> tuple[Sample, ...]:
    """The first of the (number, text) rows that go."""
    return tuple(Sample(number, shorten(text)) for number, text in islice(rows, SHOWN))


def shorten(text: str) -> str:
    """The text, or its start and end, which are what most questions are about."""
    return text if len(text) <= LONGEST else f"{text[: LONGEST // 2]} … {text[-LONGEST // 2 :]}"


def visible(text: str) -> str:
    """The text with its line ends and tabs written out."""
    return text.replace("\n", "\\n").replace("\t", "\\t")
