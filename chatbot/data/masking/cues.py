"""What only the words before it give away: order numbers, identity papers, passwords and codes; and keys by their form."""

from __future__ import annotations

import re
from typing import Iterable, Iterator

from chatbot.data.masking.kinds import Span

# order and customer numbers

NOUN = (
    r"order|invoice|ticket|case|booking|reservation|confirmation|tracking|shipment|parcel|package|delivery|customer|client|account|policy"
    r"|membership|member|reference|ref|request|purchase order|transaction|claim|contract|receipt|waybill|consignment|application|return|rma|po"
)
VAGUE = frozenset(("return", "application", "delivery", "request", "receipt"))
NUMBER = r"number|no\.?|num|nr\.?|id|code|ref\.?|reference|#|№"
TOKEN = r"#?(?P<token>(?=[A-Za-z_\-/]{0,30}\d)[A-Za-z0-9][A-Za-z0-9_\-/]{3,39})(?![A-Za-z0-9_])"
UNIT = r"(?!\.\d|,\d{3}|\s?(?:bytes|ms|px|km|kg|usd|eur|rmb|dollars?|euros?|units?|pieces|pcs|points?|times|people|%|[个件元块次位条单岁年月天小分秒人万千米$€£¥]))"
ORDER = re.compile(
    rf"\b(?P<noun>{NOUN})s?\b\.?(?P<sure>\s?(?:{NUMBER})(?![A-Za-z])){{0,2}}(?:\s?(?:is|was|are|[=-]))?\s?(?P<said>[:：])?\s?[(\"“]?{TOKEN}{UNIT}",
    re.IGNORECASE | re.ASCII,
)
AND_ORDER = re.compile(rf"(?:,| and| or|、|和)\s?{TOKEN}{UNIT}", re.IGNORECASE | re.ASCII)
CHINESE_ORDER = re.compile(
    r"(?P<noun>订单|运单|快递|物流|发票|工单|退款|退货|换货|会员|客户|预订|预约|预定|合同|流水|交易|支付|保单|账|帐|案件|包裹|售后|取票|申请|受理|学|户|我的|单)"
    rf"(?P<sure>单?号码?|编号|代码|卡号|#)?\s?(?P<said>是|为|：|:)?\s?{TOKEN}{UNIT}",
    re.ASCII,
)
SHAPED = re.compile(
    r"(?<![A-Za-z0-9_-])(?:1Z[0-9A-Z]{16}|[A-Z]{2}\d{9}[A-Z]{2}|\d{3}-\d{7}-\d{7}|(?:SF|YT|JD|STO|ZTO|JT|YD|EMS|DPK)[A-Z]{0,2}\d{10,15}"
    r"|(?:ORD|SO|PO|INV|RMA|TKT|REQ|SHP|GD|KH|TK|HT)[-_]?\d{5,}(?:-\d+)?)(?![A-Za-z0-9_]|-[A-Za-z0-9])"
)

# identity papers

PAPER = re.compile(
    r"(?:passport|driver'?s?'? licen[cs]e|driving licen[cs]e|social security|ssn|identity card|id card|national id|tax id|护照|驾驶证|驾照|通行证|身份证|证件)"
    r"(?:\s?(?:number|no\.?|#|号码?))?(?:\s?(?:is|was|[:：是为]))?\s?((?=[A-Z]{0,6}\d)[0-9A-Z]{7,18})(?![A-Za-z0-9])",
    re.IGNORECASE | re.ASCII,
)

# secrets

SHAPES = re.compile(
    r"(?<![A-Za-z0-9_-])(?:sk-[A-Za-z0-9_-]{20,200}|(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{16,99}|gh[pousr]_[A-Za-z0-9]{36,99}|github_pat_\w{40,99}"
    r"|glpat-[\w-]{20,40}|hf_[A-Za-z0-9]{30,50}|(?:AKIA|ASIA)[0-9A-Z]{16}|AIza[\w-]{35}|xox[abeoprs]-[A-Za-z0-9-]{10,200}|SG\.[\w-]{22}\.[\w-]{43}"
    r"|eyJ[\w-]{8,1000}\.eyJ[\w-]{8,2000}\.[\w-]{10,1000})(?![A-Za-z0-9_])",
    re.ASCII,
)
IN_ADDRESS = (
    re.compile(r"[?&#;](?:access_|refresh_|id_|auth_|reset_)?(?:token|auth|key|api_?key|sig|signature|secret|session(?:_?id)?|sid|password|pwd|jwt)=([^&\s#\"'<>]{6,2000})", re.IGNORECASE),
    re.compile(r"://([^\s/:@]{1,64}:[^\s/@]{1,64})@"),
)
PRIVATE_KEY = re.compile(r"-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----[^-]{0,8000}(?:-----END [A-Z ]{0,20}PRIVATE KEY-----)?")
PASSWORD = re.compile(
    r"(?:(?:api|access|secret|private|licen[cs]e|activation|encryption|auth)[ _-]?(?:key|token)|client[ _-]secret|secret|token|passwd|password|passphrase|passcode|\bpwd|\bpw)"
    r"(?:\s?(?:is|was|=|[:：]))\s?[\"'“]?((?=[^\s\"'”]{0,60}[\d!@#$%^&*])[^\s\"'“”\[\]<>]{4,200})",
    re.IGNORECASE,
)
CODE = re.compile(
    r"(?:(?:verification|security|access|login|log-?in|sms|one-time|your|my|auth(?:entication)?|2fa|unlock) (?:code|password|pass)|\bpin(?: code| number)?|\botp|\bcvc2?|\bcvv2?|\bpasscode)"
    r"(?: (?:i|you|we) (?:got|received|entered|sent)(?: you)?)?(?:\s?(?:is|was|[:：=]))?\s?((?:[A-Z]{1,3}-)?\d{2,4}(?:[ -]?\d{2,4}){1,2}|\d{3})(?![\w%]|[.,]\d)",
    re.IGNORECASE,
)
CODE_FIRST = re.compile(r"(?<![\w.,-])(\d{4,8}) (?:is|as) (?:your|the|my) (?:\w{2,20} ){0,2}(?:code|otp|pin|password)\b", re.IGNORECASE)
CHINESE_PASSWORD = re.compile(
    r"(?:密码|验证码|动态码|校验码|取件码|提货码|激活码|兑换码|密钥|口令|提取码|暗号|PIN码)(?:是|为|：|:|=)?\s?((?=[^\s，。]{0,40}\d)[A-Za-z0-9!@#$%^&*_.\-]{4,64})(?![A-Za-z0-9]|[位个秒分次])",
    re.ASCII,
)


def orders(text: str) -> Iterator[Span]:
    """Numbers after words like order, invoice, 订单号; and those of carriers and shops, which have forms of their own."""
    for found in SHAPED.finditer(text):
        yield Span(found.start(), found.end(), "ORDER")
    for pattern in (ORDER, CHINESE_ORDER):
        for found in pattern.finditer(text):
            if not _is_number(found["token"], bool(found["sure"]), found["noun"].lower() in VAGUE, bool(found["said"])):
                continue
            yield Span(*found.span("token"), "ORDER")
            more = AND_ORDER.match(text, found.end())
            if more and _is_number(more["token"]):
                yield Span(*more.span("token"), "ORDER")


def papers(text: str) -> Iterator[Span]:
    for found in PAPER.finditer(text):
        yield Span(*found.span(1), "ID")


def keys(text: str) -> Iterator[Span]:
    """Keys by their form."""
    for pattern in (PRIVATE_KEY, SHAPES):
        for found in pattern.finditer(text):
            yield Span(found.start(), found.end(), "SECRET")


def in_addresses(text: str) -> Iterator[Span]:
    """Tokens and passwords inside web addresses."""
    return _values(text, IN_ADDRESS)


def passwords(text: str) -> Iterator[Span]:
    """What follows “password is”, “your code” or 验证码."""
    return _values(text, (PASSWORD, CODE, CODE_FIRST, CHINESE_PASSWORD))


def _values(text: str, patterns: Iterable[re.Pattern[str]]) -> Iterator[Span]:
    for pattern in patterns:
        for found in pattern.finditer(text):
            end = found.start(1) + len(found[1].rstrip(" ,.;:?)，。；？、") or found[1])
            yield Span(found.start(1), end, "SECRET")


def _is_number(token: str, sure: bool = False, vague: bool = False, said: bool = False) -> bool:
    """After “order number” any token with a digit in it; after “order” alone it must be long, or letters and digits;
    after a vague word, such as “return”, letters and digits. After a colon (`said`) a short code will do."""
    digits = sum(map(str.isdecimal, token))
    letters = sum(map(str.isalpha, token))
    if sure:
        return digits > 0 and (digits >= 3 or token.upper() == token)
    return (digits >= 6 and not vague) or (digits >= 5 and bool(letters)) or (said and digits > 1 and letters > 1 and token.upper() == token)
