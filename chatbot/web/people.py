"""People: who has an account, invitations, roles."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from chatbot.records import HomegrownError
from chatbot.store import audit, users
from chatbot.web.current import current_store
from chatbot.web.i18n import say
from chatbot.web.security import allow, current_user

ROLES = ("staff", "admin")

blueprint = Blueprint("people", __name__, url_prefix="/admin/people")


@blueprint.get("")
@allow("admin")
def index() -> str:
    return _page()


@blueprint.post("")
@allow("admin")
def act() -> Any:
    """`action`: invite, withdraw (by `email`); role, on, off (by `id`)."""
    acts = {"invite": _invite, "withdraw": _withdraw, "role": _set_role, "on": _set_active, "off": _set_active}
    chosen = acts.get(request.form.get("action", "")) or abort(400)
    try:
        return chosen()
    except HomegrownError as error:
        flash(say(error.message), "bad")
        return _back()


def _invite() -> Any:
    email, role = request.form.get("email", "").strip().lower(), _role()
    if "@" not in email or len(email) > 254:
        return _page(error=_("Enter an e-mail address, like anna@example.com.")), 422
    if users.by_email(current_store(), email):
        return _page(error=_("There is already an account with this e-mail.")), 422
    token = users.invite(current_store(), role, email)
    audit.note(current_store(), current_user().id, "people.invite", email)
    # Shown in this very answer and never again: only the hash is stored.
    return _page(link=url_for("auth.invite", token=token, _external=True), invited=email)


def _withdraw() -> Response:
    users.withdraw_invite(current_store(), request.form.get("email", ""))
    audit.note(current_store(), current_user().id, "people.withdraw", request.form.get("email", ""))
    flash(_("The invitation is withdrawn."))
    return _back()


def _set_role() -> Response:
    user = users.change(current_store(), _id(), role=_role())
    audit.note(current_store(), current_user().id, f"people.{user.role}", user.email)
    flash(_("Saved."))
    return _back()


def _set_active() -> Response:
    on = request.form["action"] == "on"
    user = users.change(current_store(), _id(), active=on)
    audit.note(current_store(), current_user().id, "people.on" if on else "people.off", user.email)
    flash(_("%(name)s can sign in again.", name=user.name) if on else _("%(name)s is signed out and cannot sign in.", name=user.name))
    return _back()


def _role() -> str:
    role = request.form.get("role")
    return role if role in ROLES else abort(400)


def _id() -> int:
    found = request.form.get("id", type=int)
    return found if any(user.id == found for user in users.everyone(current_store())) else abort(404)


def _page(**more: Any) -> str:
    return render_template("people/index.html", people=users.everyone(current_store()), invites=users.open_invites(current_store()), **more)


def _back() -> Response:
    return redirect(url_for("people.index"), 303)
