"""Console, Try: one question to one to four models side by side, with what each was sent and how fast it was; test questions."""

from __future__ import annotations

from typing import Any, Generator

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from chatbot.client import BackendError
from chatbot.flows import compare, reply
from chatbot.flows.persona import current_persona
from chatbot.store import test_questions
from chatbot.web.body import json_object
from chatbot.web.chat import LONGEST
from chatbot.web.current import current_house, current_store
from chatbot.web.i18n import say
from chatbot.web.names import short_name
from chatbot.web.security import allow, current_user
from chatbot.web.sse import event_stream

MOST = 4  # models at once
HOTTEST = 2.0  # the API's highest temperature

blueprint = Blueprint("console", __name__, url_prefix="/console")


@blueprint.get("")
@allow("staff")
def index() -> str:
    house = current_house()
    error, known = None, []
    try:
        known = [model.id for model in house.client.models()]
    except BackendError as problem:
        error = say(problem.message)
    live = reply.live_model(house)
    return render_template(
        "console/try.html",
        names={model: short_name(model) for model in known or [live]},
        live=live,
        first=_first_two(known, live),
        persona=current_persona(house),
        error=error,
        longest=LONGEST,
    )


@blueprint.post("/try")
@allow("staff")
def ask() -> Response:
    """Stream the answers; each event carries the number of its `column`."""
    body = json_object("question", "columns")
    question, columns = body.get("question"), body.get("columns")
    if not isinstance(question, str) or not 0 < len(question.strip()) <= LONGEST:
        abort(400)
    if not isinstance(columns, list) or not 0 < len(columns) <= MOST:
        abort(400)
    return event_stream(*[_column(number, question.strip(), *_choice(chosen)) for number, chosen in enumerate(columns)])


@blueprint.get("/questions")
@allow("staff")
def questions() -> str:
    return render_template("console/questions.html", kept=test_questions.every(current_store()), longest=LONGEST)


@blueprint.post("/questions")
@allow("staff")
def keep_question() -> Response:
    """Keep a test question, from the form or sent by a script; `remove` takes one out."""
    remove = request.form.get("remove", type=int)
    if remove:
        test_questions.remove(current_store(), remove)
        return redirect(url_for("console.questions"), 303)
    question, answer = (request.form.get(name, "").strip() for name in ("question", "answer"))
    if not 0 < len(question) <= LONGEST or len(answer) > LONGEST:
        abort(400)
    test_questions.add(current_store(), " ".join(question.split()), answer, current_user().id)
    flash(_("The question is kept."))
    return redirect(url_for("console.questions"), 303)


def _choice(chosen: Any) -> tuple[str, float | None]:
    """The model and temperature of one column; 400 when they make no sense."""
    if not isinstance(chosen, dict):
        abort(400)
    model, temperature = chosen.get("model"), chosen.get("temperature")
    if not isinstance(model, str) or not model:
        abort(400)
    if temperature is not None and not (type(temperature) in (int, float) and 0 <= temperature <= HOTTEST):
        abort(400)
    return model, temperature


def _column(number: int, question: str, model: str, temperature: float | None) -> Generator[dict[str, Any], None, None]:
    house = current_house()
    events = compare.ask(house, question, model, temperature)
    return ({"column": number, "type": event.type, **event.data} for event in events)


def _first_two(known: list[str], live: str) -> list[str]:
    """What the page begins with: the live model, and one to hold against it."""
    others = [model for model in known if model != live]
    return [live, *others[:1]]
