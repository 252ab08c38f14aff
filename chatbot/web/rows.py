"""Studio, Rows: look through what a dataset holds, search it, mend it, take back what was mended."""

from __future__ import annotations

import re
from typing import Any, Callable

from flask import Blueprint, Response, abort, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from chatbot.data.rows import WARNINGS
from chatbot.flows import draft as drafts
from chatbot.flows import rows as story
from chatbot.flows.draft import Draft, Said
from chatbot.flows.rows import SHOWS, Row
from chatbot.records import DataError, Turn
from chatbot.store import dataset_versions, datasets
from chatbot.store.tables import Dataset
from chatbot.store.tables.data import DatasetStep
from chatbot.web.current import current_house
from chatbot.web.i18n import say
from chatbot.web.offload import offload
from chatbot.web.security import allow, current_user, wants_json

blueprint = Blueprint("rows", __name__, url_prefix="/admin/data/<dataset_id>/rows")
ID = f"int(max={2**53})"
ROLES = ("user", "assistant", "system")
STEPS = {
    "edit": _l("edit"),
    "split": _l("split"),
    "delete": _l("delete"),
    "restore": _l("restore"),
    "add": _l("add"),
}


@blueprint.get("")
@allow("admin")
def index(dataset_id: str) -> str:
    house, dataset = find(dataset_id)
    text, show = request.args.get("q", "").strip(), request.args.get("show", "all")
    page = offload(story.page, house, dataset, text, show if show in SHOWS else "all", request.args.get("page", 1, type=int))
    return render_template(
        "admin/rows.html", dataset=dataset, page=page, draft=page.draft, q=text, show=show, editing=request.args.get("edit", type=int), **_words()
    )


@blueprint.get(f"/<{ID}:row>")
@allow("admin")
def show(dataset_id: str, row: int) -> Response:
    """A row alone, for a script: as it stands, or with `?edit=1` as a form."""
    house, dataset = find(dataset_id)
    draft, found = offload(story.find, house, dataset, [row])
    if not found:
        abort(404)
    return jsonify(html=_html(dataset, draft, found[0], "edit" in request.args))


@blueprint.post(f"/<{ID}:row>")
@allow("admin")
def change(dataset_id: str, row: int) -> Any:
    """Do what the button says: save, split-N, delete, restore."""
    house, dataset = find(dataset_id)
    action, seen, by = request.form.get("action", "save"), request.form.get("seen", ""), current_user().id
    if action == "delete":
        return _done(dataset, lambda: drafts.delete(house, dataset, row, seen, by))
    if action == "restore":
        return _done(dataset, lambda: drafts.restore(house, dataset, row, by))
    if action.startswith("split-"):
        at, said = _whole(action[6:]), _said()
        return _done(dataset, lambda: drafts.split(house, dataset, row, seen, said, at, by)) if at is not None and said else abort(400)
    said = _said()
    return _done(dataset, lambda: drafts.edit(house, dataset, row, seen, said, by), row)


@blueprint.post("")
@allow("admin")
def add(dataset_id: str) -> Any:
    """Add a row in front of all others."""
    house, dataset = find(dataset_id)
    said, by = _said(), current_user().id
    return _done(dataset, lambda: drafts.add(house, dataset, said, by))


@blueprint.post("/undo")
@allow("admin")
def undo(dataset_id: str) -> Any:
    house, dataset = find(dataset_id)
    seen = request.form.get("token", "")
    return _done(dataset, lambda: dataset_versions.undo(house.store, dataset.id, seen))


@blueprint.post("/redo")
@allow("admin")
def redo(dataset_id: str) -> Any:
    house, dataset = find(dataset_id)
    seen = request.form.get("token", "")
    return _done(dataset, lambda: dataset_versions.redo(house.store, dataset.id, seen))


def find(dataset_id: str) -> tuple[Any, Dataset]:
    """The house and a dataset that can be worked with; of another one the page that says what it waits for, or 404."""
    house = current_house()
    dataset = datasets.get(house.store, dataset_id) or abort(404)
    if dataset.status not in (datasets.UPLOADED, datasets.PREPARED):
        abort(redirect(url_for("data.show", dataset_id=dataset.id), 303))
    return house, dataset


def told(draft: Draft) -> str:
    """How much is not saved yet."""
    n = sum(draft.counts.values())
    return ngettext("%(num)s change not saved", "%(num)s changes not saved", n) if draft.rows else ""


def _done(dataset: Dataset, act: Callable[[], Any], shown: int | None = None) -> Any:
    """Do a step and answer with the rows it concerns; `shown` is one to be answered with in any case."""
    house = current_house()
    before = _steps(house, dataset)
    try:
        offload(act)
    except DataError as error:
        if wants_json():
            return jsonify(error={"message": say(error.message)}), 409 if error.message == dataset_versions.CHANGED else 422
        flash(say(error.message), "bad")
        return _back(dataset)
    after = _steps(house, dataset)
    ids = {change["id"] for token in before.keys() ^ after.keys() for change in (before | after)[token].changes} | ({shown} - {None})
    if not wants_json():
        return _back(dataset, min(ids, default=None))
    draft, rows = offload(story.find, house, dataset, sorted(ids))
    there = {row.id: {"html": _html(dataset, draft, row), "behind": row.behind} for row in rows}
    return jsonify(rows=there, gone=sorted(ids - set(there)), bar=render_template("admin/rows_bar.html", dataset=dataset, draft=draft, **_words()))


def _steps(house: Any, dataset: Dataset) -> dict[str, DatasetStep]:
    """The steps that count, by their tokens."""
    return {step.token: step for step in dataset_versions.steps(house.store, dataset.id) if not step.undone}


def _back(dataset: Dataset, row: int | None = None) -> Response:
    kept = {name: value for name in ("q", "show", "page") if (value := request.args.get(name))}
    return redirect(url_for("rows.index", dataset_id=dataset.id, **kept, _anchor=f"row-{row}" if row else None), 303)


def _said() -> Said:
    """The messages of the form; 400 when its fields do not belong together."""
    roles, texts, places = (request.form.getlist(name) for name in ("role", "text", "place"))
    if not len(roles) == len(texts) == len(places) or not set(roles) <= set(ROLES):
        abort(400)
    return Said(
        [Turn(role, text.replace("\r\n", "\n").replace("\0", "")) for role, text in zip(roles, texts)],  # type: ignore[arg-type]
        [_whole(place) for place in places],
    )


def _whole(text: str) -> int | None:
    return int(text) if re.fullmatch("[0-9]{1,15}", text) else None


def _html(dataset: Dataset, draft: Draft, row: Row, editing: bool = False) -> str:
    return render_template("admin/row.html", dataset=dataset, draft=draft, row=row, editing=row.id if editing else None, **_words())


def _words() -> dict[str, Any]:
    return {"warnings": WARNINGS, "steps": STEPS, "told": told}
