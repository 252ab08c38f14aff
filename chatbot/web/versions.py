"""Studio, Versions: what was done to a dataset and by whom, what differs, saving the draft, taking a version away as a file."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, abort, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _

from chatbot.data.parts import Shares
from chatbot.flows import dataset_work, differences, export, lineage, saving, versions
from chatbot.flows import draft as drafts
from chatbot.records import DataError
from chatbot.store import audit, dataset_versions, models, users
from chatbot.store.tables import Dataset
from chatbot.store.tables.data import DatasetVersion
from chatbot.web.i18n import say
from chatbot.web.offload import offload, offloaded
from chatbot.web.rows import ID, find, told
from chatbot.web.security import allow, current_user

blueprint = Blueprint("versions", __name__, url_prefix="/admin/data/<dataset_id>/versions")
TYPES = {"jsonl": "application/jsonl", "csv": "text/csv", "parquet": "application/vnd.apache.parquet"}
NAMES = {"jsonl": "JSONL", "csv": "CSV", "parquet": "Parquet"}
MOST_APART = 50  # percent, for validation and for test


@blueprint.get("")
@allow("admin")
def index(dataset_id: str) -> str:
    house, dataset = find(dataset_id)
    draft = offload(drafts.load, house, dataset)
    return render_template(
        "admin/versions.html",
        dataset=dataset,
        versions=dataset_versions.every(house.store, dataset.id),
        what=versions.what,
        people={user.id: user.name for user in users.everyone(house.store)},
        trained=_trained(house, dataset),
        unsaved=told(draft),
        forms=NAMES,
    )


@blueprint.get("/difference")
@allow("admin")
def difference(dataset_id: str) -> str:
    """What differs between the versions `a` and `b` of the address; without them, the newest two."""
    house, dataset = find(dataset_id)
    known = dataset_versions.every(house.store, dataset.id)
    newest = known[0].number if known else abort(404)
    by_number = {version.number: version for version in known}
    asked = (request.args.get(name, usual, type=int) for name, usual in (("a", max(1, newest - 1)), ("b", newest)))
    old, new = (by_number.get(number) or abort(404) for number in asked)
    found = offload(differences.between, house, old, new, request.args.get("page", 1, type=int))
    return render_template("admin/difference.html", dataset=dataset, versions=known, old=old, new=new, found=found, what=versions.what)


@blueprint.get("/new")
@allow("admin")
def new(dataset_id: str) -> str:
    """The draft once more, as a whole, before it becomes a version."""
    house, dataset = find(dataset_id)
    draft = offload(drafts.load, house, dataset)
    found = offload(differences.of_draft, house, draft, request.args.get("page", 1, type=int))
    return render_template(
        "admin/version_new.html",
        dataset=dataset,
        draft=draft,
        found=found,
        shares=versions.shares_of(draft.version),
        most=MOST_APART,
        usual=say(saving.summary(draft)) if draft.rows else "",
    )


@blueprint.post("/new")
@allow("admin")
def save(dataset_id: str) -> Response:
    """Make the draft the next version, divided as the form says."""
    house, dataset = find(dataset_id)
    validation, test = (request.form.get(name, type=float) for name in ("validation", "test"))
    seed = request.form.get("seed", type=int)
    if validation is None or test is None or seed is None or not (0 <= validation <= MOST_APART and 0 <= test <= MOST_APART) or abs(seed) >= 2**53:
        abort(400)
    old = versions.shares_of(versions.newest(house, dataset))
    shares = Shares(_share(validation, old.validation), _share(test, old.test), seed)
    try:
        version = offload(saving.save, house, dataset, request.form.get("token", ""), request.form.get("note", ""), shares, current_user().id)
    except DataError as error:
        flash(say(error.message), "bad")
        return redirect(url_for("versions.new", dataset_id=dataset.id), 303)
    offload(dataset_work.look_again, house, dataset)
    audit.note(house.store, current_user().id, "dataset.version", f"{dataset.id} {version.number}")
    flash(_("Version %(n)s is saved.", n=version.number), "good")
    return redirect(url_for("versions.index", dataset_id=dataset.id), 303)


@blueprint.post("/discard")
@allow("admin")
def discard(dataset_id: str) -> Response:
    """Throw the draft away."""
    house, dataset = find(dataset_id)
    try:
        dataset_versions.discard(house.store, dataset.id, request.form.get("token", ""))
        flash(_("The changes are thrown away."), "good")
    except DataError as error:
        flash(say(error.message), "bad")
    return redirect(url_for("rows.index", dataset_id=dataset.id), 303)


@blueprint.get(f"/<{ID}:number>/export.<form>")
@allow("admin")
def download(dataset_id: str, number: int, form: str) -> Response:
    """A version as a file, sent while it is made."""
    house, dataset = find(dataset_id)
    version = _version(house, dataset, number)
    if form not in TYPES:
        abort(404)
    versions.opened(house, version).close()  # what is gone from the disk is said before the first byte
    name = f"{dataset.name} {number}.{form}"
    plain = re.sub(r"[^\w .-]", "_", name, flags=re.ASCII)
    headers = {"Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"}
    return Response(offloaded(export.pieces(house, version, form)), mimetype=TYPES[form], headers=headers)


@blueprint.get(f"/<{ID}:number>/lineage.json")
@allow("admin")
def origin(dataset_id: str, number: int) -> Response:
    house, dataset = find(dataset_id)
    return jsonify(lineage.of_version(house, dataset, _version(house, dataset, number)))


def _version(house: Any, dataset: Dataset, number: int) -> DatasetVersion:
    return dataset_versions.get(house.store, dataset.id, number) or abort(404)


def _share(percent: float, before: float) -> float:
    """A share as it is stored; what the form shows rounded counts as unchanged."""
    return before if percent == round(before * 100, 1) else percent / 100


def _trained(house: Any, dataset: Dataset) -> dict[int, list[Any]]:
    """The trainings on each version."""
    found: dict[int, list[Any]] = {}
    for run in models.runs(house.store):
        if run.dataset_id == dataset.id and run.dataset_version:
            found.setdefault(run.dataset_version, []).append(run)
    return found
