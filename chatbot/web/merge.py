"""Studio, Merge: several datasets become one; what they have in common is shown before."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from chatbot.flows import dataset_work, merging
from chatbot.records import DataError
from chatbot.store import audit, datasets
from chatbot.store.tables import Dataset
from chatbot.web.current import current_house
from chatbot.web.i18n import say
from chatbot.web.offload import offload
from chatbot.web.security import allow, current_user

blueprint = Blueprint("merge", __name__, url_prefix="/admin/data/merge")


@blueprint.get("")
@allow("admin")
def index() -> str:
    """Choose datasets; once two are chosen, see what merging them would give."""
    house = current_house()
    chosen, found, error = _chosen(house, request.args.getlist("with")), None, None
    if chosen:
        try:
            found = offload(merging.preview, house, chosen)
        except DataError as problem:
            error = say(problem.message)
    usual = " + ".join(dataset.name for dataset in chosen)
    known = datasets.usable(house.store)
    return render_template("admin/merge.html", datasets=known, chosen=[dataset.id for dataset in chosen], found=found, error=error, usual=usual)


@blueprint.post("")
@allow("admin")
def merge() -> Response:
    house, user = current_house(), current_user()
    chosen = _chosen(house, request.form.getlist("with"))
    try:
        dataset = offload(merging.merge, house, chosen, request.form.get("name", ""), bool(request.form.get("drop")), user.id)
    except DataError as error:
        flash(say(error.message), "bad")
        return redirect(url_for("merge.index"), 303)
    offload(dataset_work.look_again, house, dataset)
    audit.note(house.store, user.id, "dataset.merge", dataset.id)
    return redirect(url_for("data.show", dataset_id=dataset.id), 303)


def _chosen(house: Any, ids: list[str]) -> list[Dataset]:
    """The datasets of the form in its order, each once; those that are gone are left out."""
    known = {dataset.id: dataset for dataset in datasets.usable(house.store)}
    return [known[id] for id in dict.fromkeys(ids) if id in known]
