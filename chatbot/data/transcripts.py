"""Conversations as lines of text: who speaks is found in the lines by one of a few patterns."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Iterable, Sequence

from chatbot.data.reading import Rejected
from chatbot.data.sides import BOT, HUMAN
from chatbot.records import Message

COLUMNS = ["conversation", "speaker", "text", "time"]  # of a log as a table
DATE = r"(?P<date>\d{1,4}[./\-年]\s?\d{1,2}[./\-月]\s?\d{1,4}日?|昨天|今天|星期.|Yesterday|Today)"
CLOCK = r"(?:[上下]午|晚上|凌晨|早上|中午)?\s?\d{1,2}[:.：]\d{2}(?:[:.：]\d{2})?(?:[.,]\d+)?(?:[\s\u202f]?[AaPp]\.?\s?[Mm]\.?)?"
NAME = r"(?P<speaker>(?!\d+[-/.:年])[^\s:：\[\]<>|\t][^:：\n\[\]<>|\t]{0,39}?)"
STAMP = rf"(?:[\[(]?(?:{DATE}[,T]?\s*)?{CLOCK}[\])]?\s*(?:[-–|]\s*)?)"

LINES = {
    "whatsapp": re.compile(rf"^\u200e?\[?{DATE},?\s+{CLOCK}(?:\]\s?|\s-\s)\u200e?(?:(?P<speaker>[^:\n]{{1,60}}?):\s)?(?P<text>.*)$"),
    "name, then time": re.compile(rf"^(?P<speaker>\S.{{0,39}}?)\s{{1,8}}(?:{DATE}\s*)?{CLOCK}\s*(?P<text>)$"),
    "time, then name": re.compile(rf"^{DATE}\s+{CLOCK}\s+(?P<speaker>[^\s:：][^:：]{{0,39}}?)(?:\(\d+\)|<[^>]*>)?\s*(?P<text>)$"),
    "nick": re.compile(rf"^{STAMP}?<[@+~ ]?(?P<speaker>[^>\s]{{1,30}})>\s(?P<text>.*)$"),
    "colon": re.compile(
        rf"^[\s>#*_\-•]{{0,12}}{STAMP}?[*_]{{0,3}}{NAME}[*_]{{0,3}}\s{{0,4}}(?:[\[(](?:{DATE.replace('?P<date>', '?:')}[,T]?\s*)?{CLOCK}[\])])?[*_]{{0,3}}\s{{0,4}}[:：](?!//)[*_]{{0,3}}\s*(?P<text>.*)$"
    ),
}
SEPARATOR = re.compile(
    r"^\s*(?:[-=_*~#]{3,}.*|(?:#+\s*)?(?:conversation|dialogue|dialog|chat|session|call|ticket|对话|会话|會話|對話)\s{0,4}(?:no\.?|id|#|第)?\s{0,4}[:：#]?\s{0,4}\d+\b.*)$",
    re.IGNORECASE,
)
MEDIA = re.compile(
    r"^\u200e?<(?=[^>]*?(?:omitted|ausgeschlossen|omitid|omis|省略|attached|angehängt|忽略))[^>]*>$|"
    r"^\u200e.*$|^<(?:attached|anexado|adjunto): [^>]*>$|^\[(?:图片|圖片|表情|语音|視頻|视频|文件|动画表情|链接|位置|Photo|Sticker|Voice message)\]$|"
    r"^\u200e?(?:This message was deleted|You deleted this message)\.?$"
)
LOOKED_AT = 1000  # lines
MOST_SPEAKERS = 40
LONGEST_PREAMBLE = 5  # lines before the first message


@dataclass(frozen=True)
class LogMessage:
    """One message; `line` counts from 1, `conversation` from 0."""

    conversation: int
    speaker: str
    text: str
    line: int
    date: str = ""


@dataclass
class Log:
    messages: list[LogMessage] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)


def pattern_of(lines: Sequence[str]) -> re.Pattern[str] | None:
    """The pattern in which these lines name their speakers; None when they are no transcript."""
    filled = [line for line in lines[:LOOKED_AT] if line.strip()]
    for name, pattern in LINES.items():
        found = [match for match in map(pattern.match, filled) if match]
        if _is_log(name, [match["speaker"] for match in found if match["speaker"]], len(filled)) and _begins(filled, pattern):
            return pattern
    return None


def parse(lines: Iterable[str]) -> Log:
    """Messages of a transcript; a line without a speaker belongs to the message before it, a new day, a separator or a
    blank line before every new beginning starts another conversation. Empty when the lines are no transcript."""
    lines = (line.rstrip("\r\n") for line in lines)
    head = list(islice(lines, LOOKED_AT))
    pattern = pattern_of(head)
    log = Log()
    if not pattern:
        return log
    at_blank = _blank_lines_separate(head, pattern)
    conversation, date, texts, blank = 0, "", [], False
    for number, line in enumerate(chain(head, lines), 1):
        match = pattern.match(line)
        if SEPARATOR.match(line) and not match or (at_blank and not line.strip()):
            conversation += bool(log.messages) and log.messages[-1].conversation == conversation
            blank = True
        elif match and match["speaker"]:
            day = match.groupdict().get("date") or date
            conversation += bool(date and day != date and log.messages[-1].conversation == conversation)
            date, blank = day, False
            log.messages.append(LogMessage(conversation, _plain(match["speaker"]), "", number, day))
            texts.append([match["text"]])
        elif match or not line.strip():
            continue
        elif log.messages and not blank:
            texts[-1].append(line)
        else:
            log.rejected.append(Rejected(number, Message("nobody is named who says this")))
    log.messages = [_with_text(message, said) for message, said in zip(log.messages, texts) if _text(said)]
    return log


def _is_log(pattern: str, speakers: Sequence[str], n_lines: int) -> bool:
    names = Counter(map(_plain, speakers))
    if not 2 <= len(speakers) or len(names) > MOST_SPEAKERS or len(speakers) < 0.2 * n_lines:
        return False
    if pattern in ("whatsapp", "time, then name", "nick"):
        return True
    known = sum(bool(BOT.search(name) or HUMAN.search(name)) for name in names)
    repeated = sum(times for times in names.values() if times > 1)
    if known and len(names) == 2 and len(speakers) == n_lines:
        return True
    return known == len(names) or repeated >= 0.6 * len(speakers) or (known > 0 and repeated > 0)


def _begins(filled: Sequence[str], pattern: re.Pattern[str]) -> bool:
    return any(pattern.match(line) for line in filled[:LONGEST_PREAMBLE])


def _blank_lines_separate(lines: Sequence[str], pattern: re.Pattern[str]) -> bool:
    """Blank lines lie between conversations, not between messages: each block has two sides and the same one begins."""
    blocks: list[list[str]] = [[]]
    for line in lines[:LOOKED_AT]:
        match = pattern.match(line)
        if not line.strip():
            blocks += [[]] if blocks[-1] else []
        elif match and match["speaker"]:
            blocks[-1].append(_plain(match["speaker"]))
        elif not SEPARATOR.match(line):
            return False
    whole = blocks[:-1] if len(lines) >= LOOKED_AT else blocks  # the last one may be cut
    filled = [block for block in whole if block]
    return len(filled) > 1 and all(len(set(block)) > 1 for block in filled) and len({block[0] for block in filled}) == 1


def _plain(speaker: str) -> str:
    return speaker.strip(" *_\t\u200e\u200f~")


def _text(said: Sequence[str]) -> str:
    return "\n".join(text.strip("\u200e ") for text in said if not MEDIA.match(text.strip())).strip()


def _with_text(message: LogMessage, said: Sequence[str]) -> LogMessage:
    return LogMessage(message.conversation, message.speaker, _text(said), message.line, message.date)
