"""The chat inside other web sites: one script line there, a frame from here that only the named sites may show."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, flash, g, make_response, redirect, render_template, request, url_for
from flask_babel import format_datetime, gettext as _

from chatbot.flows import widget as pure
from chatbot.flows.persona import current_persona
from chatbot.flows.widget import Widget, from_json, to_json
from chatbot.settings import ROOT
from chatbot.store import audit, conversations, options
from chatbot.store.tables import now
from chatbot.web import chat
from chatbot.web.current import current_house, current_store
from chatbot.web.i18n import say
from chatbot.web.security import CSP, allow, current_user, visitors_may_chat
from chatbot.web.visitor import owner, remember, welcome

LAUNCHER = ROOT / "static" / "js" / "widget-launcher.js"
GO_ON = 24 * 3600  # seconds after which a visitor begins a new conversation

blueprint = Blueprint("widget", __name__)


@blueprint.get("/widget.js")
@allow("anyone")
def launcher() -> Response:
    """The script that other sites load: a button, and the frame behind it."""
    widget = current_widget()
    config = {
        "frame": url_for("widget.frame", _external=True),
        "label": widget.label or _("Questions? Chat with us"),
        "close": _("Close the chat"),
        "title": widget.title or current_persona(current_house()).name,
        "colour": widget.colour,
        "ink": widget.ink,
        "side": widget.side,
    }
    script = f"({LAUNCHER.read_text('utf-8')})({json.dumps(config)});\n" if widget.enabled else "// this chat is switched off\n"
    headers = {"Cache-Control": "max-age=300", "Cross-Origin-Resource-Policy": "cross-origin", "Vary": "Accept-Language"}
    return Response(script, mimetype="text/javascript", headers=headers)


@blueprint.get("/widget")
@allow("visitor")
def frame() -> Response:
    """The chat in a frame; goes on with the visitor's last conversation."""
    widget = current_widget()
    g.framed_by = ("'self'", *(widget.sites if widget.enabled else ()))
    welcome()
    opens = widget.opens(now())
    closed = widget.closed or (opens and _("Our people are back on %(when)s.", when=format_datetime(opens, "EEEE, d MMMM, HH:mm", rebase=False)))
    page = chat.page(_last(), "chat/widget.html", widget=widget, closed=closed if not widget.is_open(now()) else "")
    return remember(make_response(page), elsewhere=True)


@blueprint.get("/widget/colours.css")
@allow("anyone")
def colours() -> Response:
    """The colour that the admin chose, for the frame."""
    widget = current_widget()
    return Response(render_template("chat/widget_colours.css", widget=widget), mimetype="text/css")


@blueprint.get("/admin/widget")
@allow("admin")
def index() -> Response:
    return _settings(current_widget(), {})


@blueprint.post("/admin/widget")
@allow("admin")
def save() -> Any:
    widget, errors = pure.read(request.form)
    if errors:
        page = _settings(widget, {name: say(sentence) for name, sentence in errors.items()})
        return page, 422
    options.put(current_store(), "widget", to_json(widget))
    audit.note(current_store(), current_user().id, "widget.saved", " ".join(widget.sites))
    flash(_("Saved."))
    return redirect(url_for("widget.index"), 303)


def current_widget() -> Widget:
    return from_json(options.get(current_store(), "widget"))


def _settings(widget: Widget, errors: dict[str, str]) -> Response:
    page = render_template(
        "settings/widget.html",
        widget=widget,
        errors=errors,
        zones=[(zone, zone) for zone in sorted(pure.available_timezones())],
        line=f'<script src="{url_for("widget.launcher", _external=True)}" async></script>',
        closed_for_all=not visitors_may_chat(),
    )
    response = make_response(page)
    response.headers["Content-Security-Policy"] = f"{CSP}; frame-src 'self'"  # for the preview
    return response


def _last() -> Any:
    mine = conversations.every(current_store(), owner())
    fresh = [talk for talk in mine if (now() - talk.updated_at).total_seconds() < GO_ON]
    return max(fresh, key=lambda talk: talk.updated_at, default=None)
