"""Settings: who the bot is, how it chooses words, and who may chat."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from chatbot.flows.persona import current_persona
from chatbot.records import Persona
from chatbot.store import audit, options
from chatbot.web import persona_form
from chatbot.web.current import current_house, current_store
from chatbot.web.i18n import say
from chatbot.web.security import allow, current_user, visitors_may_chat

OPENINGS = 6
OPENING_LENGTH = 120
SWITCHES = ("visitors", "handover")

blueprint = Blueprint("settings", __name__, url_prefix="/admin/settings")


@blueprint.get("")
@allow("admin")
def index() -> str:
    return _page(current_persona(current_house()), {}, _openings())


@blueprint.post("")
@allow("admin")
def save() -> Any:
    """The whole page is one form: nothing is saved unless every field is right."""
    turns = list(zip(request.form.getlist("turn_human"), request.form.getlist("turn_bot")))
    read = persona_form.read(request.form, turns, current_persona(current_house()))
    openings = [line.strip() for line in request.form.get("openings", "").splitlines() if line.strip()]
    errors = {field: say(sentence) for field, sentence in read.errors.items()}
    if len(openings) > OPENINGS or any(len(line) > OPENING_LENGTH for line in openings):
        errors["openings"] = _("At most %(n)s questions of up to %(length)s characters.", n=OPENINGS, length=OPENING_LENGTH)
    if errors:
        return _page(read.persona, errors, openings, {name: name in request.form for name in SWITCHES}), 422
    _keep(read.persona, openings)
    flash(_("Saved. The next answer already follows it."))
    return redirect(url_for("settings.index"), 303)


def _keep(persona: Persona, openings: list[str]) -> None:
    store = current_store()
    options.put_persona(store, persona)
    options.put(store, "openings", openings)
    for switch in SWITCHES:
        options.put(store, switch, switch in request.form)
    audit.note(store, current_user().id, "settings.saved", persona.name)


def _page(persona: Persona, errors: dict[str, str], openings: list[str], switches: dict[str, bool] | None = None) -> str:
    return render_template(
        "settings/index.html",
        persona=persona,
        errors=errors,
        openings=openings,
        **(switches or {"visitors": visitors_may_chat(), "handover": options.get(current_store(), "handover", True)}),
        numbers=persona_form.NUMBERS,
        said=request.form,
        stop_lines=persona_form.stop_lines,
    )


def _openings() -> list[str]:
    return options.get(current_store(), "openings") or []
