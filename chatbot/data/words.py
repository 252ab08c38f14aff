"""What changed between two texts, word by word; Chinese and Japanese sign by sign. Pure."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Literal, Sequence

from chatbot.records import Turn

Change = Literal["same", "gone", "new"]
Piece = tuple[Change, str]
SIGNS = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
WORD = re.compile(rf"[^\W{SIGNS}]+|\s+|.", re.DOTALL)
MOST = 3000  # words compared one by one; beyond, only the equal start and end are found


def changed_words(before: str, after: str) -> list[Piece]:
    """Both texts in one row of pieces: what stayed, what is gone, what is new."""
    old, new = WORD.findall(before), WORD.findall(after)
    pieces: list[Piece] = []
    for tag, a, b, c, d in _steps(old, new):
        if tag == "equal":
            pieces.append(("same", "".join(old[a:b])))
        else:
            pieces += [(kind, text) for kind, text in (("gone", "".join(old[a:b])), ("new", "".join(new[c:d]))) if text]
    return pieces


def changed_turns(before: Sequence[Turn], after: Sequence[Turn]) -> list[tuple[str, list[Piece]]]:
    """(role, pieces) of every message of either side; one that moved counts as gone and new."""
    lines = []
    for tag, a, b, c, d in SequenceMatcher(None, list(before), list(after), autojunk=False).get_opcodes():
        for old, new in zip_longest(before[a:b], after[c:d]):
            if tag != "equal" and old and new and old.role != new.role:
                lines += [(old.role, [("gone", old.text)]), (new.role, [("new", new.text)])]
            else:
                pieces = changed_words(old.text if old else "", new.text if new else "")
                lines.append(((new or old).role, pieces))
    return lines


def _steps(old: list[str], new: list[str]) -> list[tuple[str, int, int, int, int]]:
    if len(old) + len(new) <= MOST:
        return SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    least = min(len(old), len(new))
    head = next((at for at in range(least) if old[at] != new[at]), least)
    tail = next((at for at in range(least - head) if old[-1 - at] != new[-1 - at]), least - head)
    end, stop = len(old) - tail, len(new) - tail
    return [("equal", 0, head, 0, head), ("replace", head, end, head, stop), ("equal", end, len(old), stop, len(new))]
