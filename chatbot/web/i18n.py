"""The language of a page: what the person chose, else what the browser asks for. English and 中文."""

from __future__ import annotations

from flask import Flask, Response, redirect, request, session, url_for
from flask_babel import Babel, get_locale, gettext

from chatbot.records import Message

LANGUAGES = {"en": "English", "zh": "中文"}


def say(message: Message | str) -> str:
    """A sentence of the pure rooms in the language of the reader."""
    if isinstance(message, str):
        return message
    return gettext(message.template) % {name: say(value) if isinstance(value, Message) else value for name, value in message.values}


def choose() -> str:
    chosen = session.get("language")
    return chosen or request.accept_languages.best_match(LANGUAGES) or "en"


def in_language(code: str) -> str:
    """The address of this page in another language."""
    query = request.args.to_dict(flat=False) | {"lang": [code]}
    if request.routing_exception or request.method != "GET":
        return url_for("auth.home", lang=code)
    return url_for(request.endpoint, **(query | (request.view_args or {})))


def register(app: Flask) -> None:
    app.config.setdefault("BABEL_TRANSLATION_DIRECTORIES", "chatbot/translations")
    Babel(app, locale_selector=choose)
    app.before_request(_remember)
    app.jinja_env.filters["say"] = say
    app.context_processor(lambda: {"languages": LANGUAGES, "language": str(get_locale()), "in_language": in_language})


def _remember() -> Response | None:
    language = request.args.get("lang")
    if language not in LANGUAGES or request.method != "GET" or request.routing_exception:
        return None
    session["language"] = language
    session.permanent = True
    query = {name: value for name, value in request.args.to_dict(flat=False).items() if name != "lang"}
    return redirect(url_for(request.endpoint, **(query | (request.view_args or {}))), 303)
