"""Studio, Evaluation: questions put to a model, how many it answers right, and every answer with its marks."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_babel import gettext as _

from chatbot.client import BackendError
from chatbot.flows import evaluating as story
from chatbot.flows import finetune, reply
from chatbot.flows.evaluate import WAYS
from chatbot.records import DataError, HomegrownError, Message
from chatbot.store import audit
from chatbot.store.tables import Evaluation
from chatbot.store.works import evaluations
from chatbot.web import background
from chatbot.web.current import current_house, current_store
from chatbot.web.i18n import say
from chatbot.web.names import short_name
from chatbot.web.offload import offload
from chatbot.web.security import allow, current_user

# what a way of asking is called, and what it tells
WAY_NAMES = {
    "base": (Message("Base alone"), Message("the model before it was tuned")),
    "tuned": (Message("Tuned alone"), Message("what the training taught it")),
    "base+retrieval": (Message("Base with answers"), Message("untrained, with the approved answers in the prompt")),
    "tuned+retrieval": (Message("Tuned with answers"), Message("as your visitors meet it")),
}
FIRST_WAYS = ("tuned", "tuned+retrieval")

blueprint = Blueprint("evaluation", __name__, url_prefix="/admin/evaluation")


@blueprint.get("")
@allow("admin")
def index(problem: str = "") -> str:
    house = current_house()
    error, known = None, []
    try:
        finetune.settle(house)
        known = [model.id for model in house.client.models() if not model.checkpoint]
    except BackendError as trouble:
        error = say(trouble.message)
    live = reply.live_model(house)
    return render_template(
        "admin/evaluation.html",
        evaluations=evaluations.every(house.store),
        models=[(model, short_name(model)) for model in sorted(known, key=lambda model: (model != live, not model.startswith("ft:"), model))],
        chosen=request.values.get("model", live),
        ways=WAY_NAMES,
        chosen_ways=request.form.getlist("way") or FIRST_WAYS,
        name=short_name,
        best=_best,
        problem=problem,
        error=error,
    )


@blueprint.post("")
@allow("admin")
def create() -> Any:
    """Ask the questions of the form's file, or those that come with the sample, in the ways chosen."""
    house, upload, model = current_house(), request.files.get("file"), request.form.get("model", "")
    try:
        if not model:  # none could be listed
            raise DataError(Message("Choose a model first."))
        if request.form.get("questions") == "sample":
            name, content = story.SAMPLE.name, story.SAMPLE.read_bytes()
        elif upload and upload.filename:
            name, content = upload.filename, upload.read()
        else:
            raise DataError(Message("Choose a file of questions first."))
        ways = [way for way in WAYS if way in request.form.getlist("way")]
        evaluation = offload(story.add, house, name, content, model, ways, current_user().id)
        story.begin(house, evaluation)
    except HomegrownError as error:
        return index(say(error.message)), 422
    audit.note(house.store, current_user().id, "evaluation.start", model)
    return redirect(url_for("evaluation.show", evaluation_id=evaluation.id), 303)


@blueprint.get("/<evaluation_id>")
@allow("admin")
def show(evaluation_id: str) -> str:
    evaluation = background.found(story.WORK, evaluation_id)
    done, all_ = story.progress(evaluation)
    alike = [other for other in evaluations.every(current_store()) if other.sha256 == evaluation.sha256 and other.figures]
    return render_template(
        "admin/evaluation_show.html",
        evaluation=evaluation,
        rows=story.rows_of(evaluation),
        done=done,
        all=all_,
        alike=alike if len(alike) > 1 else [],
        ways=WAY_NAMES,
        name=short_name,
        kind=_kind,
        best=_best,
    )


@blueprint.get("/<evaluation_id>/progress")
@allow("admin")
def progress(evaluation_id: str) -> dict[str, Any]:
    """Where it stands; asked once a second."""
    evaluation = background.found(story.WORK, evaluation_id)
    done, all_ = story.progress(evaluation)
    return {"status": evaluation.status, "done": done, "all": all_}


@blueprint.post("/<evaluation_id>")
@allow("admin")
def act(evaluation_id: str) -> Response:
    """`action`: stop, go-on, delete."""
    index, show = url_for("evaluation.index"), url_for("evaluation.show", evaluation_id=evaluation_id)
    return background.act(story.WORK, evaluation_id, index, show, _("The evaluation is deleted."))


def _kind(row: Any, mark: dict[str, Any]) -> str:
    """What became of an answer: right, handed, made-up, wrong or error."""
    if mark["error"]:
        return "error"
    if row.outside:
        return "right" if mark["handed_over"] else "made-up" if mark["made_up"] else "wrong"
    if mark["right"]:
        return "right"
    return "made-up" if mark["made_up"] else "handed" if mark["handed_over"] else "wrong"


def _best(evaluation: Evaluation) -> tuple[str, dict[str, Any]] | None:
    """The way that visitors meet if it was asked, else the last one, with its figures."""
    return next(((way, evaluation.figures[way]) for way in reversed(WAYS) if evaluation.figures.get(way, {}).get("rows")), None)
