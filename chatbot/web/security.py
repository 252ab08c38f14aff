"""Who may call what, and what every response says to the browser.

Every view declares who may call it with `@allow(…)`; a view that does not is refused. The decision is made on the
matched endpoint, never on the text of the address. Writes need a CSRF token and must come from our own pages.
"""

from __future__ import annotations

import os
import secrets
import time
from pathlib import Path
from typing import BinaryIO, Callable, Literal, TypeVar
from urllib.parse import urlsplit

from flask import Flask, Response, abort, current_app, g, redirect, request, url_for
from flask.sessions import SecureCookieSessionInterface
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import SecurityError
from werkzeug.local import LocalProxy

from chatbot.store import options, users
from chatbot.store.tables import User
from chatbot.web.current import current_house, current_store

Policy = Literal["anyone", "visitor", "staff", "admin"]
View = TypeVar("View", bound=Callable)

SESSION_COOKIE = "sid"
FORM_BYTES = 1_000_000
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


def allow(policy: Policy, *, upload: bool = False) -> Callable[[View], View]:
    """Declare who may call a view: anyone; visitor (without account, if the admin lets them chat); staff; admin.

    `upload` lifts the limit of the request body from one megabyte to the setting MAX_UPLOAD_MB.
    Put it below the route decorator."""

    def mark(view: View) -> View:
        view.policy = policy  # type: ignore[attr-defined]
        view.upload = upload  # type: ignore[attr-defined]
        return view

    return mark


class Unhurried:
    """A request body that lets other requests go on between two pieces of it, however fast it arrives."""

    def __init__(self, stream: BinaryIO):
        self._stream = stream

    def read(self, size: int = -1) -> bytes:
        time.sleep(0)
        return self._stream.read(size)

    def readline(self, size: int = -1) -> bytes:
        return self._stream.readline(size)


def current_user() -> User | None:
    """The signed-in person, read from the database once a request, so a changed role counts at once."""
    if "user" not in g:
        sid = request.cookies.get(SESSION_COOKIE)
        g.user = users.session_user(current_store(), sid) if sid else None
    return g.user


def visitors_may_chat() -> bool:
    house = current_house()
    return options.visitors_may_chat(house.store, house.settings.visitors)


def wants_json() -> bool:
    """Whether a script asks, not a person opening a page."""
    best = request.accept_mimetypes.best_match(["text/html", "application/json", "text/event-stream"])
    return request.headers.get("Sec-Fetch-Dest") == "empty" or best != "text/html"


def register(app: Flask) -> None:
    app.session_interface = _Cookies()
    app.config.update(
        MAX_CONTENT_LENGTH=FORM_BYTES,
        MAX_FORM_PARTS=200,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session: a page may stay open all day
    )
    allow("anyone")(app.view_functions["static"])
    app.before_request(_guard)
    CSRFProtect(app)
    app.after_request(_harden)
    # A proxy asks the database only on pages that show who is signed in: the page about a broken database does not.
    app.context_processor(lambda: {"current_user": LocalProxy(current_user)})


def _guard() -> Response | None:
    if not current_house().settings.answers_to(request.host):
        raise SecurityError(request.host)
    if request.routing_exception:
        return None
    _refuse_foreign_writes()
    view = current_app.view_functions[request.endpoint]
    if getattr(view, "upload", False):
        request.max_content_length = current_house().settings.max_upload_mb * 1_000_000
        request.environ["wsgi.input"] = Unhurried(request.environ["wsgi.input"])
    return _refuse_strangers(getattr(view, "policy", None))


def _refuse_foreign_writes() -> None:
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    origin = request.headers.get("Origin")
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        abort(403)
    if origin is not None and not _is_ours(origin):
        abort(403)


def _is_ours(origin: str) -> bool:
    """Only the host is compared: behind a proxy that ends TLS our own scheme is not the browser's."""
    try:
        return urlsplit(origin).netloc == request.host
    except ValueError:  # such as a bracket that is never closed
        return False


def _refuse_strangers(policy: Policy | None) -> Response | None:
    if policy == "anyone" or (policy == "visitor" and visitors_may_chat()):
        return None
    user = current_user()
    if user and (policy in ("visitor", "staff") or policy == user.role):
        return None
    if user or policy is None:
        abort(403)
    if wants_json() or request.method != "GET":
        abort(401)
    return redirect(url_for("auth.sign_in", next=request.full_path.rstrip("?")), 303)


def _harden(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if "framed_by" in g:
        _let_frame(response, g.framed_by)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def _let_frame(response: Response, sites: tuple[str, ...]) -> None:
    policy = CSP.replace("frame-ancestors 'none'", f"frame-ancestors {' '.join(sites)}")
    response.headers["Content-Security-Policy"] = policy
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    del response.headers["X-Frame-Options"]  # it cannot name sites; the policy does


class _Cookies(SecureCookieSessionInterface):
    """Flask's signed cookie: CSRF token, language and flashes only. The key is made on the first request."""

    def get_signing_serializer(self, app: Flask):
        app.secret_key = app.secret_key or secret_key(app.extensions["homegrown"].settings.home)
        return super().get_signing_serializer(app)

    def get_cookie_secure(self, app: Flask) -> bool:
        return request.is_secure

    def get_cookie_samesite(self, app: Flask) -> str:
        return "None" if self.get_cookie_partitioned(app) else "Lax"

    def get_cookie_partitioned(self, app: Flask) -> bool:
        """In a frame on another site each site gets a cookie of its own; browsers take it only over TLS."""
        return "framed_by" in g and request.is_secure


def secret_key(home: Path) -> str:
    """The key in `home/secret_key`, made once; of two processes that make it at once, one wins."""
    path = home / "secret_key"
    if not path.exists():
        home.mkdir(parents=True, exist_ok=True)
        part = home / f"secret_key.{secrets.token_hex(4)}"
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
        try:
            os.link(part, path)
        except FileExistsError:
            pass  # the other process was first: its key counts
        part.unlink()
    return path.read_text()
