"""What an answer claims — numbers, addresses, names — and whether it has that from somewhere.

Also what is said instead of an answer that cannot be trusted.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Iterable, Iterator

from chatbot.prompting.words import fold, is_chinese, terms

CONTACT = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|https?://[^\s)]+|www\.[^\s)]+")
NUMBER = re.compile(r"\d+(?:[.,:/]\d+|[ -]\d{3,})*")
LIST_MARK = re.compile(r"^\s*\d+[.)](?=\s)", re.M)
CODE = re.compile(r"```.*?(?:```|\Z)|`[^`]*`|\bO\([^)]*\)", re.S)  # examples and formulas are no facts about the house
SENTENCE = re.compile(r"(?<=[.!?…])\s+|(?<=[。！？\n])")
OPENERS = tuple(":“\"(-–•*")
WORD = re.compile(r"[^\W\d_][\w'’-]*")
COUNTED = "天日周月年时点分秒元块折次个位人份杯泡节种公里克斤米度级家楼号"
CHINESE_NUMBER = re.compile(f"[一二两三四五六七八九十百千万]+(?=小时|[{COUNTED}])")
DIGITS = {sign: value for value, signs in enumerate(("", "一", "二两", "三", "四", "五", "六", "七", "八", "九")) for sign in signs}
UNITS = {"十": 10, "百": 100, "千": 1000, "万": 10000}
WORDS = "two three four five six seven eight nine ten eleven twelve".split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
NUMBER_WORDS = {word: str(value) for value, word in enumerate(WORDS, 2)} | {word: str(10 * n) for n, word in enumerate(TENS, 2)}
UNSETTLED = re.compile(f"(?:[\\d.,:/ -]*\\d[\\d.,:/ -]*|[{''.join(DIGITS)}十百千万]*)[^\\s\u3400-\u9fff，。！？；]*\\Z")
GROUNDED = 0.5  # share of an answer's words that its sources have

HAND_OVER = "I am not sure about that. Would you like to talk to a person?"
HAND_OVER_CHINESE = "这个问题我不太确定。需要为您转接人工客服吗？"
HEDGE = "I am not sure I understood you. This may help: {answer} If not, would you like to talk to a person?"
HEDGE_CHINESE = "我不确定是否理解了您的意思，供您参考：{answer} 如果没有解决您的问题，需要为您转接人工客服吗？"


def hand_over(question: str) -> str:
    """The offer of a person, in the language of the question."""
    return HAND_OVER_CHINESE if is_chinese(question) else HAND_OVER


def hedged(question: str, answer: str) -> str:
    """An approved answer that may not be what was asked for, with the offer of a person."""
    return (HEDGE_CHINESE if is_chinese(question) else HEDGE).format(answer=answer)


def offers_person(text: str) -> bool:
    """Whether this is a hand-over, plain or with an answer."""
    return "talk to a person?" in text or "转接人工客服吗？" in text


@dataclass(frozen=True)
class Known:
    """What may be said: the claims and the words of an answer's sources, of its question, and of what was said before."""

    numbers: frozenset[str]
    contacts: frozenset[str]
    words: frozenset[str]
    terms: frozenset[str]

    @classmethod
    def of(cls, sources: Iterable[str]) -> "Known":
        text = "\n".join(sources)
        return cls(_values(text), _contacts(text), frozenset(WORD.findall(fold(text))), frozenset(terms(text)))

    def made_up(self, answer: str) -> list[str]:
        """Numbers, addresses and names in the answer that no source has, as they stand there."""
        found = [contact for contact in CONTACT.findall(answer) if not _contacts(contact) <= self.contacts]
        found += [text for text, value in _numbers(answer) if value not in self.numbers]
        return found + [name for name in _names(answer) if not self.words.issuperset(WORD.findall(fold(name)))]

    def supports(self, answer: str) -> bool:
        """Whether at least half of what the answer is about stands in the sources."""
        about = set(terms(answer))
        return len(about & self.terms) >= GROUNDED * len(about)


def leaves_out(answer: str, approved: str) -> bool:
    """Whether the approved answer states numbers or addresses and this one none of them."""
    stated = _values(approved) | _contacts(approved)
    return bool(stated) and not stated & (_values(answer) | _contacts(answer))


def settled(text: str) -> str:
    """The part of a growing answer whose claims are complete: without the word at its end, and a number before it."""
    return text[: UNSETTLED.search(text).start()]  # type: ignore[union-attr]


def _numbers(text: str) -> Iterator[tuple[str, str]]:
    """Each number as written and as digits; an hour's `:00` and a price's `.00` do not count."""
    text = CODE.sub(" ", LIST_MARK.sub("", CONTACT.sub(" ", unicodedata.normalize("NFKC", text))))
    for written in NUMBER.findall(text):
        yield written, re.sub(r"\D", "", re.sub(r"[:.,]00$", "", written)).lstrip("0") or "0"
    for word in WORD.findall(text.lower()):
        if word in NUMBER_WORDS:
            yield word, NUMBER_WORDS[word]
    for written in CHINESE_NUMBER.findall(text):
        yield written, str(_value(written))


def _value(written: str) -> int:
    total, digit = 0, 0
    for sign in written:
        if sign in DIGITS:
            digit = DIGITS[sign]
        else:
            total, digit = total + max(digit, 1) * UNITS[sign], 0
    return total + digit


def _names(text: str) -> Iterator[str]:
    """Words with a capital letter inside a sentence."""
    for sentence in SENTENCE.split(CODE.sub(" ", CONTACT.sub(" ", text))):
        for match in list(WORD.finditer(sentence))[1:]:
            opens = sentence[: match.start()].rstrip()[-1:] in OPENERS
            if match.group()[0].isupper() and not opens and match.group().split("'")[0] != "I":
                yield match.group()


def _values(text: str) -> frozenset[str]:
    return frozenset(value for _, value in _numbers(text))


def _contacts(text: str) -> frozenset[str]:
    return frozenset(contact.rstrip(".,;:!?") for contact in CONTACT.findall(fold(text)))
