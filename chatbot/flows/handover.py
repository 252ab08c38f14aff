"""The story of a hand-over: a visitor asks for a person, staff are told, and while one of them answers the bot is silent."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Thread
from typing import Any, Iterator

from chatbot import mail
from chatbot.flows.reply import ReplyEvent
from chatbot.store import conversations, handovers


@dataclass(frozen=True)
class Letter:
    """An e-mail to the staff."""

    subject: str
    text: str


def ask(house: Any, conversation_id: str, letter: Letter, reason: str = "", contact: str = "") -> None:
    """Put the conversation into the staff's inbox and, the first time, the letter on its way.

    It is sent beside: whether it arrives does not matter to the visitor, the inbox has the conversation."""
    is_new = handovers.ask(house.store, conversation_id, reason, contact)
    if is_new and mail.can_send(house.settings):
        Thread(target=mail.send, args=(house.settings, letter.subject, letter.text), daemon=True).start()


def tell(house: Any, conversation_id: str, text: str, after: int | None = None) -> Iterator[ReplyEvent]:
    """Keep what the visitor says to a person; no model is asked."""
    said = conversations.path(house.store, conversation_id, after)
    parent = said[-1].id if said else None
    told = conversations.add_message(house.store, conversation_id, "user", text, parent_id=parent)
    yield ReplyEvent("kept", {"user_message": told.id})
