"""What a reader thinks of an answer: good or bad, why, and what it should have said."""

from __future__ import annotations

from flask import Blueprint, abort

from chatbot.records import HomegrownError, Message
from chatbot.store import feedback
from chatbot.web.body import json_object
from chatbot.web.current import current_store
from chatbot.web.numbers import ID
from chatbot.web.security import allow, current_user
from chatbot.web.visitor import message_of, owned

LONGEST = 8_000  # characters of a correction

blueprint = Blueprint("chat_feedback", __name__)


@blueprint.put(f"/chat/conversations/<conversation_id>/messages/<{ID}:message_id>/feedback")
@allow("visitor")
def put(conversation_id: str, message_id: int) -> tuple[str, int]:
    """`verdict` up or down, with `reason` and `correction` if there are any; null takes it back."""
    message = message_of(owned(conversation_id), message_id, role="assistant")
    body = json_object("verdict", "reason", "correction")
    verdict, reason, correction = body.get("verdict"), body.get("reason", ""), body.get("correction", "")
    if verdict not in ("up", "down", None) or reason not in ("", *feedback.REASONS) or not isinstance(correction, str):
        abort(400)
    if len(correction) > LONGEST:
        raise HomegrownError(Message("This is longer than %(longest)s characters. Please shorten it.", longest=LONGEST))
    if verdict is None:
        feedback.remove(current_store(), message.id)
    else:
        user = current_user()
        feedback.put(current_store(), message.id, verdict, reason, correction.strip(), user.id if user else None)
    return "", 204
