"""What a person sees when something is refused or goes wrong: what happened, and what to do. Scripts get JSON."""

from __future__ import annotations

from flask import Flask, Response, jsonify, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, SecurityError

from chatbot.records import HomegrownError
from chatbot.web.i18n import say
from chatbot.web.security import wants_json

PAGES = {
    400: (_l("That did not work"), _l("The request was not understood. Go back, reload the page and try again.")),
    401: (_l("Please sign in"), _l("You have been signed out. Sign in and try again.")),
    403: (_l("This room is not open to you"), _l("Your account may not do this. If it should, ask an admin.")),
    404: (_l("Nothing grows here"), _l("This page does not exist, or it is not yours to see. The address may be mistyped.")),
    405: (_l("That did not work"), _l("This address cannot be used that way. Go back and try again.")),
    413: (_l("That is too large"), _l("What you sent is larger than this site takes. Send less, or split the file.")),
    422: (_l("That cannot be done"), _l("Go back, change what you entered and try again.")),
    429: (_l("A little slower, please"), _l("There were too many tries. Wait a few minutes and try again.")),
    500: (_l("Something broke on our side"), _l("Nothing you saved is lost. Try again; if it happens again, tell the admin.")),
}


def register(app: Flask) -> None:
    app.register_error_handler(HTTPException, _show)
    app.register_error_handler(HomegrownError, lambda error: answer(422, say(error.message)))


def answer(code: int, sentence: str | None = None) -> tuple[Response | str, int]:
    """The error page (or JSON) for a status code, with its own sentence if there is a better one."""
    title, usual = PAGES.get(code, PAGES[500 if code >= 500 else 400])
    sentence = sentence or str(usual)
    if wants_json():
        return jsonify(error={"message": sentence}), code
    return render_template("error.html", code=code, title=title, sentence=sentence), code


def _show(error: HTTPException) -> Response | tuple[Response | str, int]:
    if isinstance(error, SecurityError):
        # No address can be built for a host we do not trust, so no page either.
        text = _("This site does not answer to the name “%(host)s”. Add it to TRUSTED_HOSTS if it should.", host=request.environ.get("HTTP_HOST", ""))
        return Response(text, 400, mimetype="text/plain")
    if error.code is None or error.code < 400:
        return error.get_response()
    if isinstance(error, CSRFError):
        return answer(400, _("This page was open for too long, or cookies are off. Reload it and try again."))
    return answer(error.code)
