"""Words as retrieval and guard see them: folded, without those that carry nothing, English by word and Chinese by character."""

from __future__ import annotations

import re
import unicodedata

RUN = re.compile(r"[\u3400-\u9fff]+|[^\W_\u3400-\u9fff]+(?:'[a-z]+)?")
CHINESE = re.compile(r"[\u3400-\u9fff]")
ENDINGS = ("ies", "ing", "ed", "es", "s")
EMPTY = frozenset(
    """a an the and or but if of to in on at by for with from into about as is are was were be been being am do does did doing
    have has had having can could will would shall should may might must i me my mine we us our ours you your yours he him his
    she her it its they them their this that these those there here what which who whom when where why how not no yes so than
    then too very just also any some all please hello hi hey thanks thank get got need want like tell know say said one there's
    i'm i'd i've it's don't up out off over what's who's where's how's good morning evening afternoon bye goodbye ok okay
    great nice well help today""".split()
)
EMPTY_CHINESE = frozenset("的了吗呢吧啊呀请问你们我您是有在和就也都还把被给个这那哪什么怎么样为要想能可以会不没上下来去里家多少几好谢再见嗨")


def fold(text: str) -> str:
    """Lower case, full-width forms as usual ones, one blank between words."""
    return " ".join(unicodedata.normalize("NFKC", text).lower().split())


def terms(text: str) -> list[str]:
    """What `text` is about, with repetitions: word stems, and for Chinese characters and pairs of them."""
    found: list[str] = []
    for run in RUN.findall(fold(text)):
        if CHINESE.match(run):
            found += [sign for sign in run if sign not in EMPTY_CHINESE]
            found += [pair for pair in map("".join, zip(run, run[1:])) if not EMPTY_CHINESE.issuperset(pair)]
        elif run not in EMPTY:
            found.append(_stem(run))
    return found


def latin_share(text: str) -> float:
    """How much of the letters is not Chinese, 0 to 1: about as much as an English embedding model can read."""
    letters = sum(map(str.isalpha, text))
    return sum(sign.isalpha() and not CHINESE.match(sign) for sign in text) / letters if letters else 1.0


def is_chinese(text: str) -> bool:
    return bool(CHINESE.search(text))


def _stem(word: str) -> str:
    return next((word[: -len(end)] for end in ENDINGS if word.endswith(end) and len(word) - len(end) >= 3), word)
