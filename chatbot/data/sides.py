"""Who is the bot among the speakers of a log, and how its messages become dialogues of two sides."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from typing import Iterable, Sequence

from chatbot.data.places import Line, placed
from chatbot.data.reading import Rejected
from chatbot.data.speakers import QUESTION
from chatbot.records import Dialogue, Message, Role, Turn

BOT = re.compile(
    r"\b(?:bot|chatbot|assistant|agent|support|advisor|operator|representative|rep|gpt|ai|model|help ?desk|service|staff|"
    r"soporte|agente|asistente|kundenservice|berater(?:in)?|mitarbeiter(?:in)?|assistent(?:in)?|conseill(?:er|ère)|"
    r"atendente|assistente|operador|operatore|оператор|поддержка|бот)\b|客服|机器人|機器人|助手|助理|坐席|座席|店小二|专员|"
    r"^(?:a|answer|答|回答)$|オペレーター|サポート|ボット|アシスタント|担当|상담|챗봇",
    re.IGNORECASE,
)
HUMAN = re.compile(
    r"\b(?:user|customer|human|client|visitor|guest|caller|patient|student|buyer|you|usuario|cliente|kunde|kundin|nutzer(?:in)?|"
    r"utilisateur|utente|usuário|клиент|пользователь)\b|客户|用户|顾客|访客|买家|客戶|用戶|顧客|訪客|買家|^(?:q|question|问|問|提问)$|お客|客様|ユーザー|고객|사용자",
    re.IGNORECASE,
)
SYSTEM = ("system", "developer", "系统", "系統")
CANNED = 0.3  # share of the dialogues that begin with the same words, from which these are a greeting
ENOUGH = 3  # dialogues, before anything counts as canned


@dataclass(frozen=True)
class Said:
    """One message of a log; `line` is where it stands (from 1)."""

    conversation: str
    speaker: str
    text: str
    line: Line


@dataclass(frozen=True)
class Sides:
    """Dialogues of two sides, the line each began on, the greeting most began with, conversations left out."""

    dialogues: tuple[Dialogue, ...]
    lines: tuple[Line, ...]
    greeting: str
    rejected: tuple[Rejected, ...]


def speakers_of(messages: Iterable[Said]) -> tuple[tuple[str, int], ...]:
    """Speakers with the number of their messages, the most talkative first."""
    return tuple(Counter(said.speaker for said in messages).most_common())


def guess_bots(messages: Sequence[Said]) -> tuple[str, ...]:
    """Who is called a bot; else everybody but those called customers; else who answers: the one in most conversations,
    then the one who asks least, then the one who does not begin."""
    names = [name for name, _ in speakers_of(messages) if name.lower() not in SYSTEM]
    called = tuple(name for name in names if BOT.search(_words(name)) and not HUMAN.search(_words(name)))
    if called and len(called) < len(names):
        return called
    others = tuple(name for name in names if not HUMAN.search(_words(name)))
    if others and len(others) < len(names):
        return others
    return (max(names, key=_fitness(messages)),) if len(names) > 1 else ()


def to_dialogues(messages: Sequence[Said], bots: Sequence[str], name: str) -> Sides:
    """Messages of one side in a row are merged, a canned greeting is taken off, and what nobody answered is left out."""
    talks = [_talk(list(said)) for _, said in _by_conversation(messages)]
    turns = [(line, _merged(said, bots)) for line, said in talks]
    greeting = _canned(turns)
    dialogues, lines, rejected = [], [], []
    for line, talk in turns:
        kept = _trimmed(talk, greeting)
        if kept:
            dialogues.append(Dialogue(kept, str(placed(name, line))))
            lines.append(line)
        elif talk != (Turn("assistant", greeting),):
            rejected.append(Rejected(line, Message("nobody asked and was answered in this conversation")))
    return Sides(tuple(dialogues), tuple(lines), greeting, tuple(rejected))


def _words(name: str) -> str:
    return re.sub(r"[_\-.\d]+", " ", name)


def _fitness(messages: Sequence[Said]):
    conversations: dict[str, set[str]] = {}
    asked, said = Counter[str](), Counter[str]()
    for message in messages:
        conversations.setdefault(message.speaker, set()).add(message.conversation)
        asked[message.speaker] += bool(QUESTION.search(message.text))
        said[message.speaker] += 1
    first = messages[0].speaker
    return lambda name: (len(conversations[name]), -round(asked[name] / said[name], 1), name != first)


def _by_conversation(messages: Sequence[Said]) -> Iterable[tuple[str, Iterable[Said]]]:
    """Conversations in the order in which they began; their messages may lie mixed with those of others."""
    order = {said.conversation: number for number, said in reversed(list(enumerate(messages)))}
    return groupby(sorted(messages, key=lambda said: order[said.conversation]), key=lambda said: said.conversation)


def _talk(said: list[Said]) -> tuple[Line, list[Said]]:
    return said[0].line, said


def _merged(messages: Iterable[Said], bots: Sequence[str]) -> tuple[Turn, ...]:
    turns: list[Turn] = []
    for said in messages:
        text, role = said.text.strip(), _role(said.speaker, bots)
        if not text:
            continue
        if turns and turns[-1].role == role:
            turns[-1] = Turn(role, f"{turns[-1].text}\n{text}")
        else:
            turns.append(Turn(role, text))
    return tuple(turns)


def _role(speaker: str, bots: Sequence[str]) -> Role:
    if speaker in bots:
        return "assistant"
    return "system" if speaker.lower() in SYSTEM else "user"


def _canned(talks: Sequence[tuple[Line, tuple[Turn, ...]]]) -> str:
    """What the bot says first in many of the dialogues."""
    opened = Counter(talk[0].text for _, talk in talks if talk and talk[0].role == "assistant")
    ((text, times),) = opened.most_common(1) or [("", 0)]
    return text if times >= ENOUGH and times >= CANNED * len(talks) or times == len(talks) == 1 else ""


def _trimmed(talk: tuple[Turn, ...], greeting: str) -> tuple[Turn, ...]:
    """Without the greeting before and unanswered questions after; nothing when no answer to a question remains."""
    if greeting and talk and talk[0] == Turn("assistant", greeting):
        talk = talk[1:]
    while talk and talk[-1].role != "assistant":
        talk = talk[:-1]
    roles = [turn.role for turn in talk]
    return talk if "user" in roles else ()
