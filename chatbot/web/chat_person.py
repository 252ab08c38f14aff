"""Asking for a person, and what one of the staff has said since."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, jsonify, request, url_for
from flask_babel import gettext as _

from chatbot.flows import handover
from chatbot.flows.persona import current_persona
from chatbot.store import conversations, handovers, options, users
from chatbot.web import telling
from chatbot.web.body import json_object
from chatbot.web.current import current_house, current_store
from chatbot.web.errors import answer
from chatbot.web.numbers import number
from chatbot.web.security import allow
from chatbot.web.visitor import owned

LONGEST = {"reason": 2000, "contact": 200}  # characters
LAST = 30  # messages that stand in the e-mail
TRIES_PER_ADDRESS = 20  # in a quarter of an hour; each may send an e-mail

blueprint = Blueprint("chat_person", __name__)


@blueprint.post("/chat/conversations/<conversation_id>/person")
@allow("visitor")
def ask(conversation_id: str) -> Any:
    """Hand the conversation over: with a `reason`, and a `contact` for when nobody is there."""
    talk = owned(conversation_id)
    body = json_object(*LONGEST)
    fields = {name: body.get(name, "") for name in LONGEST}
    if any(not isinstance(text, str) or len(text) > LONGEST[name] for name, text in fields.items()):
        abort(400)
    if not options.get(current_store(), "handover", True):
        abort(403)
    if not users.may_try(current_store(), {f"person:{request.remote_addr}": TRIES_PER_ADDRESS}):
        return answer(429)
    if not talk.title:
        conversations.change(current_store(), talk.id, title=conversations.shorten(fields["reason"]) or _("Talk to a person"))
    asked = {name: text.strip() for name, text in fields.items()}
    handover.ask(current_house(), talk.id, _letter(talk.id, **asked), **asked)
    return jsonify(handover=telling.handover(handovers.standing(current_store(), talk.id)))


@blueprint.delete("/chat/conversations/<conversation_id>/person")
@allow("visitor")
def take_back(conversation_id: str) -> Response:
    """The visitor does not need a person any more."""
    talk = owned(conversation_id)
    standing = handovers.standing(current_store(), talk.id) or abort(404)
    handovers.close(current_store(), standing.handover.id)
    return jsonify(handover=telling.handover(handovers.standing(current_store(), talk.id)))


@blueprint.get("/chat/conversations/<conversation_id>/news")
@allow("visitor")
def news(conversation_id: str) -> Response:
    """Messages newer than `after`, and how the hand-over stands. The page asks again and again while one is running."""
    talk = owned(conversation_id)
    fresh = conversations.newer(current_store(), talk.id, request.args.get("after", 0, number))
    standing = handovers.standing(current_store(), talk.id)
    return jsonify(messages=telling.messages(talk, fresh), handover=telling.handover(standing))


def _letter(conversation_id: str, reason: str, contact: str) -> handover.Letter:
    """What the staff are told, in the visitor's language: the conversation is in it too."""
    bot = current_persona(current_house()).name
    names = telling.file_names(bot) | {"user": _("Visitor")}
    said = conversations.path(current_store(), conversation_id)[-LAST:]
    lines = [
        _("Answer in the inbox: %(address)s", address=url_for("inbox.conversation", conversation_id=conversation_id, _external=True)),
        _("What it is about: %(reason)s", reason=reason or "–"),
        _("How to reach the visitor: %(contact)s", contact=contact or "–"),
    ]
    text = "\n".join(lines) + "\n\n" + "\n\n".join(f"{names[each.role]}: {each.content}" for each in said) + "\n"
    return handover.Letter(_("%(name)s: a visitor asks for a person", name=bot), text)
