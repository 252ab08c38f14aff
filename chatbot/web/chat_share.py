"""A link that lets others read a conversation, until it is withdrawn. The page does not say whose it is."""

from __future__ import annotations

from flask import Blueprint, Response, abort, jsonify, make_response, render_template
from flask_babel import gettext as _

from chatbot.flows.persona import current_persona
from chatbot.store import conversations, shares
from chatbot.web import telling
from chatbot.web.body import json_object
from chatbot.web.current import current_house, current_store
from chatbot.web.security import allow
from chatbot.web.visitor import message_of, owned

blueprint = Blueprint("chat_share", __name__)


@blueprint.put("/chat/conversations/<conversation_id>/share")
@allow("visitor")
def share(conversation_id: str) -> Response:
    """Make or renew the link; it shows the branch up to the message `until` (null: the newest), and nothing said later."""
    talk = owned(conversation_id)
    until = json_object("until").get("until")
    said = conversations.messages(current_store(), talk.id)
    if until is None and said:
        until = said[-1].id
    token = shares.share(current_store(), talk.id, message_of(talk, until).id)
    return jsonify(url=telling.link(token))


@blueprint.delete("/chat/conversations/<conversation_id>/share")
@allow("visitor")
def withdraw(conversation_id: str) -> tuple[str, int]:
    shares.withdraw(current_store(), owned(conversation_id).id)
    return "", 204


@blueprint.get("/s/<token>")
@allow("visitor")
def shared(token: str) -> Response:
    talk = shares.shared(current_store(), token) or abort(404)
    said = conversations.path(current_store(), talk.id, talk.share_until)
    names = telling.file_names(current_persona(current_house()).name) | {"user": _("Question")}
    response = make_response(render_template("chat/shared.html", talk=talk, said=said, names=names))
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
