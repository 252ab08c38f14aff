"""What shows by its form alone: e-mail, card, IBAN, identity number, phone, IP address."""

from __future__ import annotations

import re
from typing import Iterator

from chatbot.data.masking.checks import IBAN_LENGTHS, is_card, is_chinese_id, is_iban, is_public_ip
from chatbot.data.masking.kinds import Span

AT = r"(?:@| ?\[at\] ?| ?\(at\) ?| at (?=[\w-]{2,40} dot ))"
DOT = r"(?:\.| ?\[dot\] ?| ?\(dot\) ?| dot )"
LETTER = "A-Za-z0-9\\u00c0-\\u024f"  # not 中文, which is written against an address without a blank
EMAIL = re.compile(
    rf"(?<![{LETTER}_.+%-])[{LETTER}_+%'](?:[{LETTER}_.+%'-]{{0,62}}[{LETTER}_+-])?{AT}[{LETTER}-]{{1,63}}(?:{DOT}[{LETTER}-]{{1,63}}){{0,4}}{DOT}[A-Za-z]{{2,24}}(?![{LETTER}_@])",
    re.IGNORECASE,
)

CARD = re.compile(r"(?<![\w.])(?<!\d[ -])(?:\d{4}([ -])\d{4}\1\d{4}\1\d{4}(?:\1\d{1,3})?|\d{4}[ -]\d{6}[ -]\d{4,5}|\d{13,19})(?![\d.]\d|\d|[ -]?[A-Za-z]{2}\d)", re.ASCII)
IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?:[ -]?[A-Za-z0-9]){11,28}", re.ASCII)
CHINESE_ID = re.compile(r"(?<![A-Za-z0-9])[1-9]\d{5}(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?![A-Za-z0-9])", re.ASCII)
SSN = re.compile(r"(?<![\w-])(?!000|666|9)\d{3}-(?!00)\d\d-(?!0000)\d{4}(?![\w-])", re.ASCII)

IPV4 = re.compile(r"(?:(?<=IP)|(?<=ip)|(?<![A-Za-z0-9_.]))\d{1,3}(?:\.\d{1,3}){3}(?![A-Za-z0-9_]|\.\d|版)", re.ASCII)
IPV6 = re.compile(r"(?<![A-Za-z0-9_:.])[23][0-9A-Fa-f]{3}:[0-9A-Fa-f:]{2,40}(?![A-Za-z0-9_])")
VERSION = re.compile(r"(?:version|ver\.?|release|build|firmware|section|chapter|update to|\bv|版本|固件|kernel|driver|系统|安卓|\bios|android|升级到|[第章节])\s*[::]?\s*$", re.IGNORECASE)

BEFORE = r"(?<![A-Za-z0-9_+.$€£¥#@=])(?<!\d[-/,:])"
AFTER = r"(?![A-Za-z0-9_]|[-/:.,]\d|-[A-Za-z]|\s?(?:bytes|ms|px|km|kg|cm|mm|usd|eur|rmb|(?:分钟|公里|[个件元字秒米块次位条章页吨克斤%℃€$£¥])))"
EXTENSION = r"(?:,?\s?(?:ext\.?|extension|x|转)\s?\d{1,6})?"
PHONE = re.compile(
    BEFORE
    + "(?:"
    + "|".join(
        (
            r"\+[1-9]\d{0,2}[ .-]?(?:\(0?\d{0,4}\)[ .-]?)?\d(?:[ .\-/]?\d){6,12}",  # international
            r"00[1-9]\d{0,2}[ .-]\d(?:[ .\-/]?\d){5,12}",
            r"(?:1[ .-])?(?:\([2-9]\d\d\) ?|[2-9]\d\d[ .-])[2-9]\d\d[ .-]\d{4}",  # North America
            r"1[3-9]\d([ -]?)\d{4}\1\d{4}",  # China: mobile, hotline
            r"[48]00[ -]\d{3,4}[ -]\d{3,4}|400\d{7}",
            r"[(（]0\d{2,4}[)）][ -]?\d{3,4}(?:[ -]?\d{2,4}){1,2}",  # a trunk 0: China and Europe
            r"0[1-9]\d{0,3}(?:[ -]| ?/ ?)\d{2,8}(?:[ -]\d{2,5}){0,4}",
            r"0[1-9](?:[ .]\d\d){4}",
            r"07\d{3} ?\d{6}",
        )
    )
    + ")"
    + EXTENSION
    + AFTER,
    re.ASCII | re.IGNORECASE,
)
CUE = (
    r"(?:(?:tele)?phone|téléphone|tel[ée]fono|telefonnummer|telefon|nummer|número|numéro|tel|mobile|cell|fax|whatsapp|hotline|my number|call me|ring|dial|text me|reach (?:me|us)"
    r"|联系电话|电话号码?|手机号码?|电话|手机|座机|热线|联系方式|微信号?|传真)"
)
CUED_PHONE = re.compile(
    CUE + r"(?:\s?(?:number|no\.?))?\s?(?:is|ist|es|est|at|on|are|[:：\-–是为])?\s?[:：]?\s?(\+?[\d(](?:[ .\-()/]{0,2}\d){6,14}" + EXTENSION + ")" + AFTER,
    re.ASCII | re.IGNORECASE,
)
DATE = re.compile(r"\d{1,2}([./-])\d{1,2}\1\d{4}|\d{4}([./-])\d{1,2}\2\d{1,2}")


def emails(text: str) -> Iterator[Span]:
    """Addresses, also those with (at) and (dot)."""
    for found in EMAIL.finditer(text):
        yield Span(found.start(), found.end(), "EMAIL")


def cards(text: str) -> Iterator[Span]:
    for found in CARD.finditer(text):
        if is_card(re.sub(r"\D", "", found.group())):
            yield Span(found.start(), found.end(), "CARD")


def ibans(text: str) -> Iterator[Span]:
    """The pattern takes what follows along; the country says where the number ends."""
    for found in IBAN.finditer(text):
        places = [place for place in range(*found.span()) if text[place].isalnum()]
        length = IBAN_LENGTHS.get(found.group()[:2].upper(), 0)
        if not 0 < length <= len(places):
            continue
        end = places[length - 1] + 1
        glued = end < len(text) and text[end].isascii() and text[end].isalnum()
        if not glued and is_iban("".join(text[place] for place in places[:length]).upper()):
            yield Span(found.start(), end, "IBAN")


def identities(text: str) -> Iterator[Span]:
    for found in CHINESE_ID.finditer(text):
        if is_chinese_id(found.group()):
            yield Span(found.start(), found.end(), "ID")
    for found in SSN.finditer(text):
        yield Span(found.start(), found.end(), "ID")


def addresses(text: str) -> Iterator[Span]:
    """IP addresses; four numbers after “version” are none."""
    for pattern in (IPV4, IPV6):
        for found in pattern.finditer(text):
            end = found.start() + len(found.group().rstrip(":"))
            if is_public_ip(text[found.start() : end]) and not VERSION.search(text, max(0, found.start() - 16), found.start()):
                yield Span(found.start(), end, "IP")


def phones(text: str) -> Iterator[Span]:
    for found in PHONE.finditer(text):
        if _is_phone(found.group()):
            yield Span(found.start(), found.end(), "PHONE")
    for found in CUED_PHONE.finditer(text):
        yield Span(found.start(1), found.end(1), "PHONE")


def _is_phone(text: str) -> bool:
    digits = sum(map(str.isdecimal, re.split(r"(?i)ext|x|转", text)[0]))
    return 9 <= digits <= 15 and not DATE.match(text)
