"""The language of a page: what the person chose, else what the browser asks for. A third language is a file:
`translations/<code>/LC_MESSAGES/messages.po`, compiled by `make setup`."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from babel import Locale
from flask import Flask, Response, redirect, request, session
from flask_babel import Babel, format_datetime, get_locale, gettext

from chatbot.records import Message
from chatbot.settings import ROOT

TRANSLATIONS = ROOT / "chatbot" / "translations"


def languages(folder: Path) -> dict[str, str]:
    """Code → the language's name in itself: English, and every language there are translations for."""
    codes = sorted(path.parent.parent.name for path in folder.glob("*/LC_MESSAGES/*.po"))
    return {code: Locale.parse(code).display_name or code for code in ("en", *codes)}


LANGUAGES = languages(TRANSLATIONS)


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
    return f"{_here()}?{urlencode([*_query(), ('lang', code)])}"


def register(app: Flask) -> None:
    app.config.setdefault("BABEL_TRANSLATION_DIRECTORIES", str(TRANSLATIONS))
    Babel(app, locale_selector=choose)
    app.before_request(_remember)
    app.jinja_env.filters.update(say=say, moment=_moment, from_seconds=lambda seconds: datetime.fromtimestamp(seconds, timezone.utc))
    app.context_processor(_in_templates)


def _in_templates() -> dict[str, Any]:
    locale = get_locale()
    direction = locale.text_direction if locale else "ltr"
    return {"languages": LANGUAGES, "language": str(locale), "direction": direction, "in_language": in_language}


def _moment(when: datetime) -> str:
    return f"{format_datetime(when, 'medium')} UTC"


def _remember() -> Response | None:
    """`?lang=zh` on any page is kept for the next ones, and then taken out of the address."""
    language = request.args.get("lang")
    if language not in LANGUAGES or request.method != "GET":
        return None
    session["language"] = language
    session.permanent = True
    query = urlencode(_query())
    return redirect(f"{_here()}?{query}" if query else _here(), 303)


def _here() -> str:
    # one slash at the start: with two, a browser reads the path as the name of another site
    return f"{request.script_root}/{request.path.lstrip('/')}"


def _query() -> list[tuple[str, str]]:
    return [(name, value) for name, value in request.args.items(multi=True) if name != "lang"]
