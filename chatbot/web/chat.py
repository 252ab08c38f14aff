"""The chat page and what its script asks for: conversations, and answers as they are written.

A conversation belongs to the account that is signed in, else to the holder of the cookie `visitor`.
Everybody else gets 404 for it, as for one that does not exist.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from io import BytesIO
from typing import Any

from flask import Blueprint, Response, abort, g, jsonify, render_template, request, send_file
from flask_babel import gettext as _

from chatbot.flows import reply as flow
from chatbot.flows.persona import current_persona
from chatbot.prompting import DSA
from chatbot.records import HomegrownError, Message, Persona
from chatbot.store import conversations, models, options
from chatbot.store.conversations import Owner
from chatbot.store.tables import Conversation
from chatbot.store.tables import Message as Said
from chatbot.web import transcript
from chatbot.web.body import json_object
from chatbot.web.current import current_house, current_store
from chatbot.web.security import allow, current_user
from chatbot.web.sse import event_stream

COOKIE = "visitor"
YEAR = 365 * 24 * 3600
LONGEST = 32_000  # characters of one message
OPENINGS = (  # of the persona that Homegrown starts with; the sample answers them
    "What is breadth-first search?",
    "Why is building a heap O(n)?",
    "Explain the two sum problem",
    "Hash map or tree map?",
)

blueprint = Blueprint("chat", __name__)


@blueprint.get("/")
@allow("visitor")
def home() -> str:
    """A new conversation."""
    return _page(None)


@blueprint.get("/c/<conversation_id>")
@allow("visitor")
def conversation(conversation_id: str) -> str:
    return _page(_owned(conversation_id))


@blueprint.get("/chat/conversations")
@allow("visitor")
def index() -> Response:
    """The sidebar: `q` searches titles and messages."""
    found = conversations.every(current_store(), _owner(), request.args.get("q", "").strip())
    return jsonify(conversations=[_brief(each) for each in found])


@blueprint.post("/chat/conversations")
@allow("visitor")
def create() -> tuple[Response, int]:
    """A new conversation, and the cookie that owns it for a visitor who has none yet."""
    new_token = None
    if not current_user() and not request.cookies.get(COOKIE):
        new_token = g.visitor = secrets.token_urlsafe(32)
    response = jsonify(_brief(conversations.create(current_store(), _owner())))
    if new_token:
        response.set_cookie(COOKIE, new_token, max_age=YEAR, httponly=True, samesite="Lax", secure=request.is_secure)
    return response, 201


@blueprint.get("/chat/conversations/<conversation_id>")
@allow("visitor")
def show(conversation_id: str) -> Response:
    return jsonify(_whole(_owned(conversation_id)))


@blueprint.patch("/chat/conversations/<conversation_id>")
@allow("visitor")
def rename(conversation_id: str) -> tuple[str, int]:
    title = _text(json_object("title"), "title", conversations.TITLE_LENGTH)
    conversations.rename(current_store(), _owned(conversation_id).id, title)
    return "", 204


@blueprint.delete("/chat/conversations/<conversation_id>")
@allow("visitor")
def delete(conversation_id: str) -> tuple[str, int]:
    conversations.delete(current_store(), _owned(conversation_id).id)
    return "", 204


@blueprint.post("/chat/conversations/<conversation_id>/restore")
@allow("visitor")
def restore(conversation_id: str) -> tuple[str, int]:
    """Undo a deletion."""
    if not conversations.restore(current_store(), conversation_id, _owner()):
        abort(404)
    return "", 204


@blueprint.get("/chat/conversations/<conversation_id>/file/<kind>")
@allow("visitor")
def export(conversation_id: str, kind: str) -> Response:
    """The newest branch of the conversation as a file: md, txt or json."""
    talk = _owned(conversation_id)
    write = transcript.KINDS.get(kind) or abort(404)
    names = {"user": _("You"), "assistant": current_persona(current_house()).name}
    content = write(talk.title, names, conversations.path(current_store(), talk.id))
    name = re.sub(r"[^\w-]+", "-", talk.title).strip("-") or "conversation"
    return send_file(BytesIO(content.encode()), "application/octet-stream", as_attachment=True, download_name=f"{name}.{kind}")


@blueprint.post("/chat/conversations/<conversation_id>/messages")
@allow("visitor")
def say(conversation_id: str) -> Response:
    """Stream an answer: to new `content` said after the message `after` (0: as a first one), or once `again` to a question."""
    talk = _owned(conversation_id)
    body = json_object("content", "after", "again")
    house = current_house()
    if "again" in body:
        question = _message_of(talk, body["again"], role="user")
        events = flow.reply_again(house, talk.id, question)
    else:
        after = body.get("after")
        after = after if after in (None, 0) else _message_of(talk, after)
        events = flow.reply(house, talk.id, _text(body, "content", LONGEST), after)
    return event_stream({"type": event.type, **event.data} for event in events)


def _page(talk: Conversation | None) -> str:
    persona = current_persona(current_house())
    return render_template(
        "chat/page.html",
        talk=_whole(talk) if talk else None,
        conversations=[_brief(each) for each in conversations.every(current_store(), _owner())],
        persona=persona,
        openings=_openings(persona),
        longest=LONGEST,
        is_tuned=models.live(current_store()) is not None,
    )


def _owner() -> Owner:
    user = current_user()
    if user:
        return Owner(user_id=user.id)
    token = g.get("visitor") or request.cookies.get(COOKIE, "")
    return Owner(visitor_hash=hashlib.sha256(token.encode()).hexdigest() if token else None)


def _owned(conversation_id: str) -> Conversation:
    return conversations.get_owned(current_store(), conversation_id, _owner()) or abort(404)


def _message_of(talk: Conversation, message_id: Any, role: str | None = None) -> int:
    """The id, if it is a message of this conversation (and of this role); else 404."""
    for message in conversations.messages(current_store(), talk.id):
        if message.id == message_id and role in (None, message.role):
            return message.id
    abort(404)


def _text(body: dict[str, Any], name: str, longest: int) -> str:
    text = body.get(name)
    if not isinstance(text, str) or not text.strip():
        raise HomegrownError(Message("There is nothing in it yet. Write something first."))
    if len(text) > longest:
        raise HomegrownError(Message("This is longer than %(longest)s characters. Please shorten it.", longest=longest))
    return text.strip()


def _openings(persona: Persona) -> list[str]:
    usual = OPENINGS if persona == DSA else [human for human, _bot in persona.turns][:4]
    return options.get(current_store(), "openings") or list(usual)


def _brief(talk: Conversation) -> dict[str, Any]:
    return {"id": talk.id, "title": talk.title, "updated_at": talk.updated_at.isoformat()}


def _whole(talk: Conversation) -> dict[str, Any]:
    return _brief(talk) | {"messages": [_told(each) for each in conversations.messages(current_store(), talk.id)]}


def _told(message: Said) -> dict[str, Any]:
    shown = ("id", "parent_id", "role", "content", "status", "finish_reason")
    return {name: getattr(message, name) for name in shown}
