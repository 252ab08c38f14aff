"""Studio, Data: how a file is understood. Which column is what, who the bot is, which encoding; the first dialogues at once."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for

from chatbot.data.mapping import Mapping
from chatbot.data.readers import EXTENSIONS
from chatbot.data.source import CHOICES
from chatbot.flows import dataset_work
from chatbot.flows import mapping as story
from chatbot.records import DataError
from chatbot.store import audit, dataset_versions, datasets
from chatbot.store.tables import Dataset
from chatbot.web.current import current_house
from chatbot.web.i18n import say
from chatbot.web.offload import offload
from chatbot.web.security import allow, current_user

blueprint = Blueprint("mapping", __name__, url_prefix="/admin/data")
LAYOUTS = {"question": ("question", "answer"), "speaker": ("speaker", "text", "conversation", "time"), "turns": ("text",)}


@blueprint.get("/<dataset_id>/mapping")
@allow("admin")
def show(dataset_id: str) -> str | Response:
    house, dataset = _find(dataset_id)
    return _page(house, dataset, dataset_work.mapping_of(dataset))


@blueprint.post("/<dataset_id>/mapping/preview")
@allow("admin")
def preview(dataset_id: str) -> str | Response:
    """The same page with the choices of the form, before any of them is kept."""
    house, dataset = _find(dataset_id)
    return _page(house, dataset, _chosen(), request.form.get("layout", ""))


@blueprint.post("/<dataset_id>/mapping")
@allow("admin")
def keep(dataset_id: str) -> Response:
    """Read the file again as the form says."""
    house, dataset = _find(dataset_id)
    try:
        offload(dataset_work.read_as, house, dataset, _chosen())
    except DataError as error:
        flash(say(error.message), "bad")
        return redirect(url_for("data.show", dataset_id=dataset.id), 303)
    audit.note(house.store, current_user().id, "dataset.mapping", dataset.id)
    return redirect(url_for("data.show", dataset_id=dataset.id), 303)


@blueprint.app_template_global()
def readable_extensions() -> str:
    """What a file chooser offers."""
    return ",".join(EXTENSIONS)


def _page(house: Any, dataset: Dataset, mapping: Mapping, layout: str = "") -> str | Response:
    try:
        found = offload(story.preview, house, dataset, mapping)
    except DataError as error:
        flash(say(error.message), "bad")
        return redirect(url_for("data.show", dataset_id=dataset.id), 303)
    return render_template(
        "admin/mapping.html",
        dataset=dataset,
        found=found,
        chosen=mapping,
        versions=dataset_versions.every(house.store, dataset.id),
        layout=layout or _layout_of(mapping),
        understood=_layout_of(found.mapping),
        columns_as_choices=[(column, column) for column in found.columns],
    )


def _chosen() -> Mapping:
    """The mapping of the form; only what belongs to the chosen layout counts."""
    form = request.form
    first, encoding = form.get("first_speaker") or None, form.get("encoding", "")
    if first not in (None, "bot", "human") or encoding not in ("", *CHOICES):
        abort(400)
    layout = form.get("layout", "")
    columns = {part: form.get(f"{layout}-{part}", "") for part in LAYOUTS.get(layout, ())}
    return Mapping(encoding=encoding, first_speaker=first, bots=tuple(form.getlist("bots")), **columns)


def _layout_of(mapping: Mapping) -> str:
    """Which of the layouts a mapping speaks of; nothing when all is found out."""
    if mapping.question or mapping.answer:
        return "question"
    if mapping.speaker:
        return "speaker"
    return "turns" if mapping.text else ""


def _find(dataset_id: str) -> tuple[Any, Dataset]:
    house = current_house()
    dataset = datasets.get(house.store, dataset_id) or abort(404)
    if dataset.status in (datasets.READING, datasets.FAILED):
        abort(redirect(url_for("data.show", dataset_id=dataset.id), 303))
    return house, dataset
