"""Signing in and out, and the one-time links that make accounts: the set-up link of a fresh house, and invitations."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _

from chatbot.records import HomegrownError
from chatbot.settings import netloc
from chatbot.store import audit, users
from chatbot.store.tables import Invite, User
from chatbot.web import passwords
from chatbot.web.current import current_store
from chatbot.web.errors import answer
from chatbot.web.i18n import say
from chatbot.web.security import SESSION_COOKIE, allow, current_user

TRIES_PER_ACCOUNT = 10  # in a quarter of an hour
TRIES_PER_ADDRESS = 100  # more: a whole office may share one

blueprint = Blueprint("auth", __name__)


def setup_link(house: Any) -> str | None:
    """The address where the first admin makes an account; None once there is one. Each call makes a new link."""
    token = users.set_up_token(house.store)
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(house.settings.host, house.settings.host)
    return token and f"http://{netloc(host, house.settings.port)}/set-up/{token}"


@blueprint.route("/sign-in", methods=["GET", "POST"])
@allow("anyone")
def sign_in() -> Any:
    if request.method == "GET":
        return redirect(_after(current_user())) if current_user() else _sign_in_page()
    email, password = _said("email").lower(), request.form.get("password", "")
    account = f"account:{users.digest(email)}"
    if not users.may_try(current_store(), {account: TRIES_PER_ACCOUNT, f"address:{request.remote_addr}": TRIES_PER_ADDRESS}):
        return _sign_in_page(_("Too many tries. Wait a quarter of an hour, then try again."), 429)
    user = users.by_email(current_store(), email)
    if not passwords.matches(user.password_hash if user else None, password) or not user.active:
        return _sign_in_page(_("E-mail or password is not right."), 401)
    users.forget_tries(current_store(), account)
    return _enter(user)


@blueprint.post("/sign-out")
@allow("anyone")
def sign_out() -> Response:
    users.close_session(current_store(), request.cookies.get(SESSION_COOKIE, ""))
    _forget_browser()
    response = redirect(url_for("auth.sign_in"), 303)
    response.delete_cookie(SESSION_COOKIE)
    return response


@blueprint.route("/set-up/<token>", methods=["GET", "POST"], endpoint="set_up")
@blueprint.route("/invite/<token>", methods=["GET", "POST"], endpoint="invite")
@allow("anyone")
def join(token: str) -> Any:
    """Make an account with a one-time link."""
    link = users.find_invite(current_store(), token)
    if not link:
        return answer(404, _("This link has been used or has expired. Ask an admin for a new one."))
    if request.method == "GET":
        return _join_page(link)
    email, name, password = link.email or _said("email"), _said("name"), request.form.get("password", "")
    errors = _join_errors(email, name, password)
    if errors:
        return _join_page(link, errors)
    try:
        user = users.accept_invite(current_store(), token, email, name, passwords.keep(password))
    except HomegrownError as error:
        return _join_page(link, {"email": say(error.message)})
    audit.note(current_store(), user.id, "account.made", user.email)
    return _enter(user)


@blueprint.route("/account", methods=["GET", "POST"])
@allow("staff")
def account() -> Any:
    """Change one's own password; every other session of the account ends."""
    user = current_user()
    if request.method == "GET":
        return render_template("auth/account.html", errors={})
    errors = _password_errors(user, request.form.get("current", ""), request.form.get("password", ""))
    if errors:
        return render_template("auth/account.html", errors=errors), 422
    users.set_password(current_store(), user.id, passwords.keep(request.form["password"]))
    audit.note(current_store(), user.id, "account.password")
    flash(_("Your password is changed. All other browsers were signed out."))
    return _enter(user, url_for("auth.account"))


def _enter(user: User, target: str | None = None) -> Response:
    """Begin a new session, never go on with the one before."""
    store = current_store()
    users.close_session(store, request.cookies.get(SESSION_COOKIE, ""))
    flashes = session.get("_flashes", [])
    _forget_browser()
    session["_flashes"] = flashes
    response = redirect(target or _after(user), 303)
    response.set_cookie(
        SESSION_COOKIE,
        users.open_session(store, user.id),
        max_age=int(users.ABSOLUTE.total_seconds()),
        httponly=True,
        samesite="Lax",
        secure=request.is_secure,
    )
    return response


def _forget_browser() -> None:
    """A new CSRF token for a new person; the language stays."""
    language = session.get("language")
    session.clear()
    if language:
        session["language"] = language
        session.permanent = True


def _after(user: User) -> str:
    """Where to go after signing in: the page that asked for it, if it is one of ours."""
    target = request.args.get("next", "")
    parts = urlsplit(target)
    ours = target.startswith("/") and not target.startswith("//") and "\\" not in target and not (parts.scheme or parts.netloc)
    return target if ours else f"{request.script_root}{'/admin/' if user.role == 'admin' else '/console'}"


def _sign_in_page(error: str = "", status: int = 200) -> Any:
    return render_template("auth/sign_in.html", error=error, email=_said("email")), status


def _join_page(link: Invite, errors: dict[str, str] | None = None) -> Any:
    page = render_template("auth/join.html", link=link, errors=errors or {}, email=_said("email"), name=_said("name"))
    return page, 422 if errors else 200


def _join_errors(email: str, name: str, password: str) -> dict[str, str]:
    user, at, host = email.partition("@")
    errors = {
        "email": _("Enter an e-mail address, like anna@example.com.") if not (user and at and host) or len(email) > 254 else "",
        "name": _("Enter your name (up to 100 characters).") if not 0 < len(name) <= 100 else "",
        "password": say(passwords.problem(password, email, name) or ""),
    }
    return {field: sentence for field, sentence in errors.items() if sentence}


def _password_errors(user: User, current: str, new: str) -> dict[str, str]:
    if not users.may_try(current_store(), {f"account:{users.digest(user.email)}": TRIES_PER_ACCOUNT}):
        return {"current": _("Too many tries. Wait a quarter of an hour, then try again.")}
    if not passwords.matches(user.password_hash, current):
        return {"current": _("This is not your current password.")}
    wrong = passwords.problem(new, user.email, user.name)
    return {"password": say(wrong)} if wrong else {}


def _said(field: str) -> str:
    return request.form.get(field, "").strip()
