"""Whose conversations these are: of the account that is signed in, else of the holder of the cookie `visitor`.

Everybody else gets 404 for one, as for a conversation that does not exist.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

from flask import Response, abort, g, request

from chatbot.store import conversations
from chatbot.store.conversations import Owner
from chatbot.store.tables import Conversation, Message
from chatbot.web.current import current_store
from chatbot.web.numbers import LARGEST
from chatbot.web.security import current_user

COOKIE = "visitor"
YEAR = 365 * 24 * 3600


def owner() -> Owner:
    """Who asks. A visitor who has no cookie yet owns nothing."""
    user = current_user()
    if user:
        return Owner(user_id=user.id)
    token = g.get("visitor") or request.cookies.get(COOKIE, "")
    return Owner(visitor_hash=hashlib.sha256(token.encode()).hexdigest() if token else None)


def welcome() -> None:
    """Make the token of a visitor who has none; `remember` puts it into the answer."""
    if not current_user() and not request.cookies.get(COOKIE):
        g.visitor = secrets.token_urlsafe(32)


def remember(response: Response, elsewhere: bool = False) -> Response:
    """Set the cookie of a new visitor. `elsewhere`: in a frame on another site, where each site gets a cookie of its own."""
    if "visitor" in g:
        # browsers take a cookie for a frame only over TLS; without it the widget works within one site, as on localhost
        apart = elsewhere and request.is_secure
        same_site = "None" if apart else "Lax"
        response.set_cookie(
            COOKIE, g.visitor, max_age=YEAR, httponly=True, samesite=same_site, secure=request.is_secure, partitioned=apart
        )
    return response


def owned(conversation_id: str) -> Conversation:
    return conversations.get_owned(current_store(), conversation_id, owner()) or abort(404)


def message_of(talk: Conversation, message_id: Any, role: str | None = None) -> Message:
    """The message, if it is one of this conversation (and of this role); else 404."""
    found = conversations.some(current_store(), talk.id, [message_id]) if type(message_id) is int and abs(message_id) <= LARGEST else []
    return next((message for message in found if role in (None, message.role)), None) or abort(404)
