"""What a text claims: its numbers with their units, its addresses, names and formulas."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Iterator

from chatbot.prompting.words import fold, terms

# what people and models write may be long and odd: each of these looks at a run of characters once, from its beginning
CONTACT = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+|https?://[^\s)]+|www\.[^\s)]+")
NUMBER = re.compile(r"\d+(?:[.,:/]\d+|[ -]\d{3,})*")
LIST_MARK = re.compile(r"^[^\S\n]*\d+[.)](?=\s)", re.M)
FORMULA = re.compile(r"\bO\([^()]*(?:\([^()]*\)[^()]*)*\)")  # how long an algorithm takes
CODE = re.compile(rf"```.*?(?:```|\Z)|`[^`]*`|{FORMULA.pattern}", re.S)  # numbers in examples are no facts
TITLES = ("Dr.", "Mr.", "Ms.", "Mrs.", "Prof.", "St.")
SENTENCE = re.compile(rf"{''.join(rf'(?<!{title})' for title in map(re.escape, TITLES))}(?<=[.!?…])\s+|(?<=[。！？\n])")
WORD = re.compile(r"[^\W\d_][\w'’-]*")
UNIT = re.compile(r"\s?(%)|[ -]?([^\W\d_\u3400-\u9fff]+)|([\u3400-\u9fff])")
ACTS = re.compile(r"\s(?:(?<!s\s)(?:will|can|would)(?! be)|(?:handles|answers|teaches|repairs|looks|works|helps|runs|trains|takes care|is happy))\b")
ANYBODY = frozenset("everyone everybody someone somebody anyone anybody nobody everything something anything nothing staff".split())
OPENERS = tuple(":“\"(-–•*")  # after these a capital letter may begin a sentence

COUNTED = "天日周月年时点分秒元块折次个位人份杯泡节种公里克斤米度级家楼号"
SIGNS = "零一二两三四五六七八九十百千万亿"
CHINESE_NUMBER = re.compile(  # 一位 is no more than “a person”
    f"百分之[{SIGNS}]+|(?<![{SIGNS}])(?!一[个位人份杯泡种次]|一点[也都儿]|十分[^钟]|三天两头)[{SIGNS}]+(?=小时|[{COUNTED}])"
)
WEEKDAY = re.compile(f"(?:周|星期|礼拜)([一二三四五六日天])(?![{COUNTED}])")
HALF = re.compile("(?<=点)半|半(?=小时|个月|[天年])")
STREET = re.compile("[\u4e00-\u9fff]{2}(?:大道|[路街道巷弄])(?=[\\d一二三四五六七八九十百]+(?:号|弄))")
DIGITS = {sign: value for value, signs in enumerate(("零", "一", "二两", "三", "四", "五", "六", "七", "八", "九")) for sign in signs}
SCALES = {"十": 10, "百": 100, "千": 1000}
GROUPS = {"万": 10**4, "亿": 10**8}  # multiply everything before them
SAME_UNIT = {"块": "元", "号": "日"}
ONES = "two three four five six seven eight nine ten eleven twelve".split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
NUMBER_WORDS = {word: value for value, word in enumerate(ONES, 2)} | {word: 10 * n for n, word in enumerate(TENS, 2)}
NUMBER_WORD = re.compile(rf"\b(?:{'|'.join(NUMBER_WORDS)})\b", re.I)
LONGEST = 2000  # characters a claim may have
UNSETTLED = re.compile(
    rf"(?:(?<![\d.,:/ -])[\d.,:/ -]*\d[\d.,:/ -]*|\b(?:{'|'.join(NUMBER_WORDS)})\s|(?:周|星期|礼拜|百分之)?[{SIGNS}]*)[^\s\u3400-\u9fff，。！？；]*\Z",
    re.I,
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
        written, is_share = match.group().removeprefix("百分之"), match.group().startswith("百分之")
        yield Number(match.group(), str(_value(written)), "percent" if is_share else _unit(text, match.end()))
    for match in WEEKDAY.finditer(text):
        yield Number(match.group(), str(_value(match.group(1)) or 7), "weekday")
    for match in HALF.finditer(text):
        yield Number(match.group(), "30", "分") if text[match.start() - 1 : match.start()] == "点" else Number(match.group(), "½", _unit(text, match.end()))


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
            is_name = match.group()[0].isupper() and match.group().split("'")[0] != "I" and f"{match.group()}." not in TITLES
            if is_name and not opens:
                yield match.group()


def actors(text: str) -> Iterator[str]:
    """Words at the start of a sentence that do what a person does, like Robert in “Robert will help you.”"""
    for sentence in SENTENCE.split(text):
        first = WORD.match(sentence)
        if first and first.group()[0].isupper() and ACTS.match(sentence, first.end()) and terms(first.group()):
            if first.group().lower() not in ANYBODY:
                yield first.group()


def streets(text: str) -> Iterator[str]:
    """The last characters of Chinese street names before a house number, like 溪路 of 柳溪路26号."""
    return (match.group() for match in STREET.finditer(unicodedata.normalize("NFKC", text)))


def words(text: str) -> list[str]:
    return WORD.findall(fold(text))


def settled(text: str) -> str:
    """The part of a growing text whose claims are complete: without a number, address or name that may still go on."""
    head = text[: UNSETTLED.search(text, max(0, len(text) - LONGEST)).start()]  # type: ignore[union-attr]
    tail = text[len(head) :].strip()
    begins = not head.strip() or (head.rstrip()[-1] in ".!?" and not head.rstrip().endswith(TITLES))
    is_word = tail.isascii() and tail.isalpha() and (begins or tail[0].islower())
    return text if is_word and not any(word.startswith(tail.lower()) for word in NUMBER_WORDS) else head


def _unit(text: str, end: int) -> str:
    match = UNIT.match(text, end)
    if not match:
        return ""
    percent, word, sign = match.groups()
    return "percent" if percent else SAME_UNIT.get(sign, sign) if sign else next(iter(terms(word)), "")


def _value(written: str) -> int:
    total, digit = 0, 0
    for sign in written:
        if sign in GROUPS:
            total, digit = max(1, total + digit) * GROUPS[sign], 0
        elif sign in SCALES:
            total, digit = total + max(digit, 1) * SCALES[sign], 0
        else:
            digit = DIGITS.get(sign, 0)
    return total + digit
