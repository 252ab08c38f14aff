"""Studio, Corrections: an admin decides which corrected answers are learnt, and makes a dataset of them."""

from __future__ import annotations

import io
from datetime import date

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from chatbot.flows import corrections as story, datasets
from chatbot.records import HomegrownError
from chatbot.store import audit, corrections
from chatbot.web.chat_feedback import LONGEST
from chatbot.web.current import current_house, current_store
from chatbot.web.i18n import say
from chatbot.web.numbers import ID
from chatbot.web.security import allow, current_user

DECISIONS = ("accepted", "dismissed")

blueprint = Blueprint("corrections", __name__, url_prefix="/admin/corrections")


@blueprint.get("")
@allow("admin")
def index() -> str:
    house = current_house()
    proposed = [(each, story.example_of(house, each)) for each in corrections.every(house.store, "new")]
    n_accepted = len(corrections.every(house.store, "accepted"))
    return render_template("admin/corrections.html", proposed=proposed, n_accepted=n_accepted, longest=LONGEST)


@blueprint.post(f"/<{ID}:feedback_id>")
@allow("admin")
def decide(feedback_id: int) -> Response:
    """`decision`: accepted, with the text as it is to be learnt, or dismissed."""
    decision, text = request.form.get("decision"), request.form.get("text", "").strip()
    if decision not in DECISIONS or (decision == "accepted" and not 0 < len(text) <= LONGEST):
        abort(400)
    if not corrections.decide(current_store(), feedback_id, decision, text):
        flash(_("Somebody has decided that already."), "info")
    return redirect(url_for("corrections.index"), 303)


@blueprint.post("/dataset")
@allow("admin")
def make_dataset() -> Response:
    """A dataset of everything accepted since the last one."""
    house = current_house()
    accepted = corrections.every(house.store, "accepted")
    name = _("Corrections of %(day)s", day=date.today().isoformat())
    try:
        content = story.as_file(house, accepted)
        dataset = datasets.add(house, "corrections.jsonl", io.BytesIO(content), current_user().id, name)
    except HomegrownError as error:
        flash(say(error.message), "bad")
        return redirect(url_for("corrections.index"), 303)
    story.mark_used(house, accepted)
    audit.note(house.store, current_user().id, "corrections.dataset", dataset.id)
    return redirect(url_for("data.show", dataset_id=dataset.id), 303)
