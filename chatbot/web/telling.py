"""What the scripts of the chat are told about conversations and messages: rows in, JSON out."""

from __future__ import annotations

from typing import Any, Iterable, Sequence

from flask import url_for
from flask_babel import gettext as _

from chatbot.store import conversations, feedback, handovers
from chatbot.store.handovers import Standing
from chatbot.store.search import Found
from chatbot.store.tables import Conversation, Message
from chatbot.web.current import current_store

RECENT = 60  # messages
OUTLINE = ("id", "parent_id", "role", "status")
SHOWN = ("id", "parent_id", "role", "content", "status", "finish_reason", "sources")


def brief(talk: Conversation) -> dict[str, Any]:
    """A line of the sidebar."""
    told = {"id": talk.id, "title": talk.title, "updated_at": talk.updated_at.isoformat()}
    told |= {"pinned": bool(talk.pinned_at), "archived": bool(talk.archived_at)}
    return told | {"shared": link(talk.share_token) if talk.share_token else None}


def link(token: str) -> str:
    """The address under which others read a shared conversation."""
    return url_for("chat_share.shared", token=token, _external=True)


def hit(found: Found) -> dict[str, Any]:
    """A line of the sidebar while something is looked for."""
    return brief(found.conversation) | {"excerpt": found.excerpt, "message": found.message_id}


def whole(talk: Conversation) -> dict[str, Any]:
    store = current_store()
    said = conversations.messages(store, talk.id)
    return brief(talk) | {"messages": messages(talk, said), "handover": handover(handovers.standing(store, talk.id))}


def opened(talk: Conversation) -> dict[str, Any]:
    """The same, but only the newest messages say their words: the page asks for those of others as it shows them."""
    told = whole(talk)
    outlined = [{name: each[name] for name in OUTLINE} for each in told["messages"][:-RECENT]]
    return told | {"messages": outlined + told["messages"][-RECENT:]}


def messages(talk: Conversation, said: Sequence[Message]) -> list[dict[str, Any]]:
    opinions = feedback.of_conversation(current_store(), talk.id)
    names = conversations.author_names(current_store(), said)
    return [_message(each, opinions, names) for each in said]


def handover(standing: Standing | None) -> dict[str, Any] | None:
    """How the newest hand-over stands, or None when there is none to speak of."""
    if standing is None:
        return None
    return {"state": standing.handover.state, "name": standing.name}


def _message(message: Message, opinions: dict[int, Any], names: dict[int, str]) -> dict[str, Any]:
    told = {name: getattr(message, name) for name in SHOWN if getattr(message, name) is not None or name == "parent_id"}
    if message.id in opinions:
        told["verdict"] = opinions[message.id].verdict
    if message.role == "person":
        told["name"] = names.get(message.author_id or 0) or _("Staff")
    return told


def file_names(persona_name: str) -> dict[str, str]:
    """How each side is called in a file or on a shared page."""
    return {"user": _("You"), "assistant": persona_name, "person": _("Staff")}


def briefs(talks: Iterable[Conversation]) -> list[dict[str, Any]]:
    return [brief(talk) for talk in talks]
