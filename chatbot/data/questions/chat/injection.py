"""Lines that give a model orders."""

from __future__ import annotations

import re

from chatbot.data.findings import Finding
from chatbot.data.questions.chat.talks import Talks, said
from chatbot.data.reading import ChatRecord
from chatbot.records import Message

ORDERS = re.compile(
    r"\b(?:ignore|disregard|forget|override)\s(?:all\s|any\s|the\s|your\s|every\s|these\s|those\s|of\s){0,4}(?:previous|prior|above|earlier|preceding|other|system|initial|original)\s(?:\w+\s)?(?:instruction|prompt|rule|direction|guideline|command|context)"
    r"|\b(?:reveal|show|print|repeat|output|tell)\s(?:me\s|us\s)?(?:your|the)\s(?:hidden\s|secret\s|full\s|entire\s|original\s|initial\s)?(?:system\s?prompt|system\smessage|hidden\sinstructions|initial\sinstructions)"
    r"|\byou\sare\s(?:now|no\slonger)\s(?:dan\b|in\s(?:developer|debug|jailbreak|god)\smode|an?\s(?:ai|assistant|bot|model)\swithout)"
    r"|\b(?:developer|jailbreak|god|dan)\smode\b|\bdo\sanything\snow\b|\bact\sas\s(?:if\syou\shave\sno|an?\sunrestricted|dan\b)"
    r"|<\|(?:im_start|im_end|system|endoftext|assistant|user)\|>|\[/?INST\]|<</?SYS>>|^#{2,3}\s?(?:system|instruction)s?\s?:?\s*$"
    r"|(?:忽略|无视|忘记|忘掉)(?:你)?(?:之前|以上|上面|前面|先前|此前|所有|全部)的?(?:所有|全部|一切)?的?(?:指令|指示|提示|规则|设定|对话|内容|要求)"
    r"|(?:输出|显示|告诉我|打印|复述|泄露)你?的?(?:系统提示词?|系统指令|初始指令|隐藏指令|提示词)|(?:开发者|越狱|上帝)模式|你现在是(?:一个)?(?:没有|不受)任?何?(?:限制|约束)",
    re.IGNORECASE | re.MULTILINE,
)


def takeover(talks: Talks) -> Finding | None:
    """Attempts to take over the model, left in logs of earlier bots; learnt, they would work."""
    message = Message("Conversations with lines that try to give the model orders, such as “ignore all previous instructions”: %(n)s.")
    action = Message("Remove conversations that try to take over the model (%(n)s)")
    return talks.removal("injection", lambda record: any(map(ORDERS.search, _of_both_sides(record))), message, action, _order)


def _of_both_sides(record: ChatRecord) -> list[str]:
    """What is said, without the instruction: that one may give orders."""
    return [text for message, text in said(record) if message["role"] != "system"]


def _order(record: ChatRecord) -> str:
    return next(filter(ORDERS.search, _of_both_sides(record)))
