"""Console, Blind test: staff choose between two unnamed answers; admins see which model wins."""

from __future__ import annotations

from typing import Any, Generator

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from chatbot.client import BackendError
from chatbot.flows import blind as story
from chatbot.store import audit, blind, test_questions
from chatbot.store.tables import BlindTest, BlindVote
from chatbot.web.body import json_object
from chatbot.web.chat import LONGEST
from chatbot.web.current import current_house, current_store
from chatbot.web.i18n import say
from chatbot.web.names import short_name
from chatbot.web.numbers import ID
from chatbot.web.security import allow, current_user
from chatbot.web.sse import event_stream

MOST_MODELS = 4

blueprint = Blueprint("blind", __name__, url_prefix="/console/blind")


@blueprint.get("")
@allow("staff")
def index() -> str:
    house, user = current_house(), current_user()
    error, known = None, []
    if user.role == "admin":
        try:
            known = [model.id for model in house.client.models()]
        except BackendError as problem:
            error = say(problem.message)
    tests = [(test, _judged(test), _judged(test, user.id)) for test in blind.every(house.store)]
    n_questions = len(test_questions.every(house.store))
    names = {model: short_name(model) for model in known}
    return render_template("console/blind.html", tests=tests, names=names, error=error, n_questions=n_questions)


@blueprint.post("")
@allow("admin")
def create() -> Response:
    """Begin a test between the models of the form."""
    chosen = list(dict.fromkeys(request.form.getlist("model")))
    known = {model.id for model in current_house().client.models()}
    if not 2 <= len(chosen) <= MOST_MODELS or not known.issuperset(chosen):
        flash(_("Choose two to four models."), "bad")
        return redirect(url_for("blind.index"), 303)
    test = blind.add(current_store(), chosen, current_user().id)
    audit.note(current_store(), current_user().id, "blind.create", " ".join(chosen))
    return redirect(url_for("blind.judge", test_id=test.id), 303)


@blueprint.post(f"/<{ID}:test_id>/close")
@allow("admin")
def close(test_id: int) -> Response:
    blind.close(current_store(), _test(test_id).id)
    return redirect(url_for("blind.result", test_id=test_id), 303)


@blueprint.get(f"/<{ID}:test_id>/result")
@allow("admin")
def result(test_id: int) -> str:
    test = _test(test_id)
    duels = story.duels(test, blind.votes(current_store(), test_id))
    return render_template("console/blind_result.html", test=test, duels=duels, names={model: short_name(model) for model in test.models})


@blueprint.get(f"/<{ID}:test_id>")
@allow("staff")
def judge(test_id: int) -> Any:
    test = _test(test_id)
    if test.closed_at:
        flash(_("This test is closed."), "info")
        return redirect(url_for("blind.index"), 303)
    kept = test_questions.every(current_store())
    return render_template("console/blind_judge.html", test=test, judged=_judged(test, current_user().id), n_questions=len(kept), longest=LONGEST)


@blueprint.post(f"/<{ID}:test_id>/deal")
@allow("staff")
def deal(test_id: int) -> dict[str, Any]:
    """What this person judges next; `answers` are there when they were streamed before. Never tells the models."""
    question = json_object("question").get("question", "")
    if not isinstance(question, str) or len(question.strip()) > LONGEST or _test(test_id).closed_at:
        abort(400)
    vote = story.deal(current_house(), _test(test_id), current_user().id, question.strip())
    return {"vote": vote.id, "question": vote.question, "answers": [vote.answer_a, vote.answer_b]}


@blueprint.post(f"/votes/<{ID}:vote_id>/answers")
@allow("staff")
def answers(vote_id: int) -> Response:
    """Stream both answers; each event carries its `column`, 0 or 1."""
    vote = _own_vote(vote_id)
    return event_stream(_column(0, vote, "a"), _column(1, vote, "b"))


@blueprint.post(f"/votes/<{ID}:vote_id>")
@allow("staff")
def choose(vote_id: int) -> dict[str, Any]:
    """Note the choice: a, b, same, bad; `skip` forgets the pair. Sent twice it counts once."""
    choice, vote = json_object("choice").get("choice"), _own_vote(vote_id)
    if choice == "skip":
        blind.forget(current_store(), vote_id)
    elif choice not in story.CHOICES or not (vote.answer_a and vote.answer_b):
        abort(400)
    else:
        blind.choose(current_store(), vote_id, choice)
    return {"judged": _judged(_test(vote.test_id), current_user().id)}


def _column(number: int, vote: BlindVote, side: str) -> Generator[dict[str, Any], None, None]:
    events = story.tell(current_house(), vote, side)
    return ({"column": number, "type": event.type, **event.data} for event in events)


def _test(test_id: int) -> BlindTest:
    return blind.get(current_store(), test_id) or abort(404)


def _own_vote(vote_id: int) -> BlindVote:
    vote = blind.vote(current_store(), vote_id)
    return vote if vote and vote.by == current_user().id else abort(404)


def _judged(test: BlindTest, by: int | None = None) -> int:
    votes = blind.votes(current_store(), test.id)
    return sum(vote.choice is not None and by in (None, vote.by) for vote in votes)
