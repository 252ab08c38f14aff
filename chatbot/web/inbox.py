"""Console, Inbox: staff read what was handed over or found bad, answer in the visitor's chat, and correct answers."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, Response, abort, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _

from chatbot.flows.persona import current_persona
from chatbot.store import conversations, feedback, handovers, inbox
from chatbot.store.tables import Conversation
from chatbot.web import telling
from chatbot.web.body import json_object
from chatbot.web.chat import LONGEST
from chatbot.web.current import current_house, current_store
from chatbot.web.numbers import ID, number
from chatbot.web.security import allow, current_user

BOXES = ("open", "taken", "down", "closed")

blueprint = Blueprint("inbox", __name__, url_prefix="/console/inbox")


def register(app: Flask) -> None:
    app.add_template_global(lambda: inbox.counts(current_store()), "inbox_counts")


@blueprint.get("")
@allow("staff")
def index() -> str:
    box = request.args.get("box", "open")
    if box not in BOXES:
        abort(404)
    return render_template("console/inbox.html", box=box, entries=inbox.entries(current_store(), box), counts=inbox.counts(current_store()))


@blueprint.get("/<conversation_id>")
@allow("staff")
def conversation(conversation_id: str) -> str:
    talk = _talk(conversation_id)
    opinions = feedback.of_conversation(current_store(), talk.id)
    return render_template(
        "console/inbox_talk.html",
        talk=talk,
        told=telling.whole(talk),
        standing=handovers.standing(current_store(), talk.id),
        opinions={message_id: {"verdict": each.verdict, "reason": each.reason, "correction": each.correction} for message_id, each in opinions.items()},
        persona=current_persona(current_house()),
        longest=LONGEST,
    )


@blueprint.get("/<conversation_id>/news")
@allow("staff")
def news(conversation_id: str) -> Response:
    """Messages from `after` on, that one included since it may still grow, and how the hand-over stands."""
    talk = _talk(conversation_id)
    fresh = conversations.newer(current_store(), talk.id, request.args.get("after", 0, number) - 1)
    return jsonify(messages=telling.messages(talk, fresh), handover=telling.handover(handovers.standing(current_store(), talk.id)))


@blueprint.post("/<conversation_id>")
@allow("staff")
def act(conversation_id: str) -> Response:
    """`action`: take, give-back, settle (the bad opinions need nothing more)."""
    talk, action = _talk(conversation_id), request.form.get("action")
    standing = handovers.standing(current_store(), talk.id)
    if action == "settle":
        inbox.settle(current_store(), talk.id)
    elif action == "take" and standing:
        if not inbox.take(current_store(), standing.handover.id, current_user().id):
            flash(_("The conversation was given back in the meantime."), "info")
    elif action == "give-back" and standing:
        handovers.close(current_store(), standing.handover.id)
    else:
        abort(400)
    return redirect(url_for("inbox.conversation", conversation_id=talk.id), 303)


@blueprint.post("/<conversation_id>/messages")
@allow("staff")
def say(conversation_id: str) -> Response:
    """Answer the visitor; only who has taken the conversation may."""
    talk, text = _talk(conversation_id), json_object("content").get("content")
    standing = handovers.standing(current_store(), talk.id)
    if not isinstance(text, str) or not 0 < len(text.strip()) <= LONGEST:
        abort(400)
    if standing is None or standing.handover.state != "taken" or standing.handover.by != current_user().id:
        abort(409)
    last = conversations.path(current_store(), talk.id)
    told = conversations.add_message(
        current_store(), talk.id, "person", text.strip(), parent_id=last[-1].id if last else None, author_id=current_user().id
    )
    return jsonify(messages=telling.messages(talk, [told]))


@blueprint.put(f"/<conversation_id>/messages/<{ID}:message_id>/correction")
@allow("staff")
def correct(conversation_id: str, message_id: int) -> tuple[str, int]:
    """What the bot's answer should have said: an admin decides whether it becomes an example."""
    talk, text = _talk(conversation_id), json_object("text").get("text")
    answers = {said.id for said in conversations.messages(current_store(), talk.id) if said.role == "assistant"}
    if message_id not in answers:
        abort(404)
    if not isinstance(text, str) or not 0 < len(text.strip()) <= LONGEST:
        abort(400)
    inbox.correct(current_store(), message_id, text.strip(), current_user().id)
    return "", 204


def _talk(conversation_id: str) -> Conversation:
    return inbox.get(current_store(), conversation_id) or abort(404)
