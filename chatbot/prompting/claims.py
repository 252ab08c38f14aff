"""What a text claims: its numbers with their units, its addresses, names and formulas."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Iterator

from chatbot.prompting.words import fold, terms

CONTACT = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|https?://[^\s)]+|www\.[^\s)]+")
NUMBER = re.compile(r"\d+(?:[.,:/]\d+|[ -]\d{3,})*")
LIST_MARK = re.compile(r"^\s*\d+[.)](?=\s)", re.M)
FORMULA = re.compile(r"\bO\([^()]*(?:\([^()]*\)[^()]*)*\)")  # how long an algorithm takes
CODE = re.compile(rf"```.*?(?:```|\Z)|`[^`]*`|{FORMULA.pattern}", re.S)  # numbers in examples are no facts
SENTENCE = re.compile(r"(?<=[.!?…])\s+|(?<=[。！？\n])")
WORD = re.compile(r"[^\W\d_][\w'’-]*")
UNIT = re.compile(r"\s?(%)|[ -]?([^\W\d_\u3400-\u9fff]+)|([\u3400-\u9fff])")
OPENERS = tuple(":“\"(-–•*")  # after these a capital letter may begin a sentence

COUNTED = "天日周月年时点分秒元块折次个位人份杯泡节种公里克斤米度级家楼号"
CHINESE_NUMBER = re.compile(f"[一二两三四五六七八九十百千万]+(?=小时|[{COUNTED}])")
DIGITS = {sign: value for value, signs in enumerate(("", "一", "二两", "三", "四", "五", "六", "七", "八", "九")) for sign in signs}
SCALES = {"十": 10, "百": 100, "千": 1000, "万": 10000}
ONES = "two three four five six seven eight nine ten eleven twelve".split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
NUMBER_WORDS = {word: value for value, word in enumerate(ONES, 2)} | {word: 10 * n for n, word in enumerate(TENS, 2)}
NUMBER_WORD = re.compile(rf"\b(?:{'|'.join(NUMBER_WORDS)})\b", re.I)
UNSETTLED = re.compile(
    rf"(?:[\d.,:/ -]*\d[\d.,:/ -]*|\b(?:{'|'.join(NUMBER_WORDS)})\s|[{''.join(DIGITS)}十百千万]*)[^\s\u3400-\u9fff，。！？；]*\Z", re.I
)


@dataclass(frozen=True)
class Number:
    """A number as written, its digits alone, and what is counted: the stem of the next word, or nothing."""

    written: str
    value: str
    unit: str


def numbers(text: str) -> Iterator[Number]:
    """All of them; the `:00` of an hour and the `.00` of a price do not count, nor do numbers in code or before list items."""
    text = CODE.sub(" ", LIST_MARK.sub("", CONTACT.sub(" ", unicodedata.normalize("NFKC", text))))
    for match in NUMBER.finditer(text):
        digits = re.sub(r"\D", "", re.sub(r"[:.,]00$", "", match.group()))
        yield Number(match.group(), digits.lstrip("0") or "0", _unit(text, match.end()))
    for match in NUMBER_WORD.finditer(text):
        yield Number(match.group(), str(NUMBER_WORDS[match.group().lower()]), _unit(text, match.end()))
    for match in CHINESE_NUMBER.finditer(text):
        yield Number(match.group(), str(_value(match.group())), _unit(text, match.end()))


def contacts(text: str) -> Iterator[str]:
    """E-mail and web addresses, in lower case."""
    return (contact.rstrip(".,;:!?") for contact in CONTACT.findall(fold(text)))


def formulas(text: str) -> Iterator[str]:
    """Like O(n log n), without blanks."""
    return ("".join(formula.split()).lower() for formula in FORMULA.findall(text))


def names(text: str) -> Iterator[str]:
    """Words with a capital letter inside a sentence."""
    for sentence in SENTENCE.split(CODE.sub(" ", CONTACT.sub(" ", text))):
        for match in list(WORD.finditer(sentence))[1:]:
            opens = sentence[: match.start()].rstrip()[-1:] in OPENERS
            if match.group()[0].isupper() and not opens and match.group().split("'")[0] != "I":
                yield match.group()


def words(text: str) -> list[str]:
    return WORD.findall(fold(text))


def settled(text: str) -> str:
    """The part of a growing text whose claims are complete: without a number, address or name that may still go on."""
    head = text[: UNSETTLED.search(text).start()]  # type: ignore[union-attr]
    tail = text[len(head) :].strip()
    begins = not head.strip() or head.rstrip()[-1] in ".!?"
    is_word = tail.isascii() and tail.isalpha() and (begins or tail[0].islower())
    return text if is_word and not any(word.startswith(tail.lower()) for word in NUMBER_WORDS) else head


def _unit(text: str, end: int) -> str:
    match = UNIT.match(text, end)
    if not match:
        return ""
    percent, word, sign = match.groups()
    return "percent" if percent else sign or next(iter(terms(word)), "")


def _value(written: str) -> int:
    total, digit = 0, 0
    for sign in written:
        if sign in DIGITS:
            digit = DIGITS[sign]
        else:
            total, digit = total + max(digit, 1) * SCALES[sign], 0
    return total + digit
