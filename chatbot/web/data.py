"""Studio, Data: upload dialogues, look at them, answer the preparation questions."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, abort, flash, jsonify, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _

from chatbot.flows import dataset_work
from chatbot.flows import datasets as story
from chatbot.flows import lineage, versions
from chatbot.flows.reading import findings_from_json
from chatbot.flows.sentences import message_from_json
from chatbot.records import DataError
from chatbot.store import audit, dataset_files, dataset_versions, datasets
from chatbot.store.tables import Dataset
from chatbot.web import errors, working
from chatbot.web.changes import marked
from chatbot.web.current import current_house
from chatbot.web.i18n import say
from chatbot.web.offload import offload
from chatbot.web.security import allow, current_user, wants_json

blueprint = Blueprint("data", __name__, url_prefix="/admin/data")
PAGE = 24  # turns shown at once


@blueprint.get("")
@allow("admin")
def index() -> str:
    return _list()


@blueprint.post("")
@allow("admin", upload=True)
def upload() -> Response | tuple[Any, int]:
    """Keep an uploaded file, or the sample, as a dataset and open it. What is small is read by then."""
    house, user = current_house(), current_user()
    file = request.files.get("file")
    try:
        if request.form.get("sample"):
            dataset = offload(story.add_sample, house, user.id)
        elif file is None or not file.filename:
            raise DataError(_("Choose a file first."))
        else:
            dataset = offload(story.add, house, file.filename, file.stream, user.id)
        dataset, _work, error = working.settled(house, dataset)
    except DataError as failure:
        return _refused(say(failure.message))
    if error:
        offload(story.remove, house, dataset)
        return _refused(say(error))
    audit.note(house.store, user.id, "dataset.add", dataset.id)
    return _go(url_for("data.show", dataset_id=dataset.id))


@blueprint.get("/<dataset_id>")
@allow("admin")
def show(dataset_id: str) -> str:
    house, dataset = _find(dataset_id)
    dataset, work, error = working.settled(house, dataset)
    if work:
        return working.page(dataset, work)
    if dataset.status == datasets.FAILED:
        return render_template("admin/unread.html", dataset=dataset, error=message_from_json(dataset.report["error"]))
    if error:
        flash(say(error), "bad")
    n_learned = story.n_learned(dataset)
    pages = max(1, -(-(n_learned or dataset.report["n_turns"]) // PAGE))
    page = min(pages, max(1, request.args.get("page", 1, type=int)))
    gone, excerpts = None, []
    try:
        excerpts = offload(story.excerpts, house, dataset, (page - 1) * PAGE, PAGE)
    except DataError as error:
        gone = say(error.message)
    return render_template(
        "admin/dataset.html",
        dataset=dataset,
        excerpts=excerpts,
        is_learned="n_turns" in dataset.report.get("prepared", {}),
        gone=gone,
        page=page,
        pages=pages,
        files=story.files(house, dataset),
        warnings=[message_from_json(value) for value in dataset.report["warnings"]],
        rejected=[(line, message_from_json(reason), "".join(file)) for line, reason, *file in dataset.report["rejected"]],
        prepared=_prepared(dataset),
        **_versions(house, dataset),
    )


@blueprint.post("/<dataset_id>/first-speaker")
@allow("admin")
def first_speaker(dataset_id: str) -> Response:
    """Read alternating rows again, with the side given in the form speaking first."""
    house, dataset = _find(dataset_id)
    side = request.form.get("side")
    if side not in ("bot", "human"):
        abort(400)
    try:
        offload(dataset_work.read_as, house, dataset, replace(dataset_work.mapping_of(dataset), first_speaker=side))
    except DataError as error:
        return _back(dataset, say(error.message))
    return redirect(url_for("data.show", dataset_id=dataset.id), 303)


@blueprint.get("/<dataset_id>/progress")
@allow("admin")
def progress(dataset_id: str) -> Response:
    """How far the work on a dataset is, as JSON."""
    return jsonify(working.as_json(dataset_work.running(*_find(dataset_id))))


@blueprint.post("/<dataset_id>/cancel")
@allow("admin")
def cancel(dataset_id: str) -> Response:
    """Stop the work on a dataset. A file that was never read is forgotten."""
    house, dataset = _find(dataset_id)
    stays = offload(dataset_work.cancel, house, dataset)
    flash(_("Cancelled. Nothing was changed.") if stays else _("Cancelled. Nothing of “%(name)s” was kept.", name=dataset.name), "info")
    return redirect(url_for("data.show", dataset_id=dataset.id) if stays else url_for("data.index"), 303)


@blueprint.post("/<dataset_id>/accept")
@allow("admin")
def accept(dataset_id: str) -> Response:
    """Go on without the rows that cannot be used."""
    house, dataset = _find(dataset_id)
    offload(dataset_work.accept, house, dataset)
    return redirect(url_for("data.show", dataset_id=dataset.id), 303)


@blueprint.get("/<dataset_id>/prepare")
@allow("admin")
def questions(dataset_id: str) -> str | Response:
    house, dataset = _find(dataset_id)
    try:
        offload(versions.newest, house, dataset)  # reads the file of a dataset that an earlier release made
        work = dataset_work.ask(house, dataset, request.args.get("style"), working.PATIENCE)
    except DataError as error:
        return _back(dataset, say(error.message))
    if work.error:
        return _back(dataset, say(work.error))
    if work.state == "running":
        return working.page(dataset, work)
    return render_template(
        "admin/prepare.html",
        dataset=dataset,
        formats=work.result["formats"],
        style=work.result["style"],
        marked=marked,
        findings=findings_from_json(work.result["findings"]),
        answers=dataset.report.get("prepared", {}).get("answers", {}),
    )


@blueprint.post("/<dataset_id>/prepare")
@allow("admin")
def answer(dataset_id: str) -> Response:
    """Prepare with the answers of the form: `answer-<finding>` is yes or no."""
    house, dataset = _find(dataset_id)
    given = {name.removeprefix("answer-"): value == "yes" for name, value in request.form.items() if name.startswith("answer-")}
    style = request.form.get("style", "chat")
    if style not in ("chat", "completions"):
        abort(400)
    try:
        offload(versions.newest, house, dataset)
        dataset_work.prepare(house, dataset, given, style)
        dataset, _work, error = working.settled(house, dataset)
    except DataError as failure:
        return _back(dataset, say(failure.message))
    if error:
        flash(say(error), "bad")
        return redirect(url_for("data.questions", dataset_id=dataset.id, style=style), 303)
    audit.note(house.store, current_user().id, "dataset.prepare", dataset.id)
    return redirect(url_for("data.show", dataset_id=dataset.id, _anchor="prepared"), 303)


@blueprint.post("/<dataset_id>/delete")
@allow("admin")
def delete(dataset_id: str) -> Response:
    house, dataset = _find(dataset_id)
    offload(story.remove, house, dataset)
    audit.note(house.store, current_user().id, "dataset.delete", dataset.id)
    flash(_("“%(name)s” is deleted.", name=dataset.name), "good")
    return redirect(url_for("data.index"), 303)


@blueprint.get("/<dataset_id>/file/<name>")
@allow("admin")
def file(dataset_id: str, name: str) -> Response:
    house, dataset = _find(dataset_id)
    known = {path.name: path for path in story.files(house, dataset)}
    if name not in known:
        abort(404)
    return send_file(known[name], "application/octet-stream", as_attachment=True, download_name=_download_name(dataset, name))


@blueprint.errorhandler(OSError)
def full(error: OSError) -> tuple[Any, int]:
    """A disk that fills up while an upload arrives, before the story of the dataset begins."""
    if error.errno not in dataset_files.NO_SPACE:
        raise error
    return errors.answer(507, say(dataset_files.FULL))


def _find(dataset_id: str) -> tuple[Any, Dataset]:
    house = current_house()
    return house, datasets.get(house.store, dataset_id) or abort(404)


def _list(error: str | None = None) -> str:
    house = current_house()
    return render_template(
        "admin/data.html", datasets=datasets.every(house.store), limit_mb=house.settings.max_upload_mb, error=error
    )


def _go(address: str) -> Response:
    """Send a person there; a script is told where to go."""
    return jsonify(location=address) if wants_json() else redirect(address, 303)


def _back(dataset: Dataset, sentence: str) -> Response:
    """To the dataset, with a sentence about what cannot be done."""
    flash(sentence, "bad")
    return redirect(url_for("data.show", dataset_id=dataset.id), 303)


def _refused(sentence: str) -> tuple[Any, int]:
    return (jsonify(error={"message": sentence}) if wants_json() else _list(sentence)), 422


def _versions(house: Any, dataset: Dataset) -> dict[str, Any]:
    """Where the dataset comes from, and what happened to it since it was prepared."""
    known = dataset_versions.newest(house.store, dataset.id)
    return {"news": versions.news(house, dataset), "origin": known and lineage.told(lineage.of_version(house, dataset, known))}


def _prepared(dataset: Dataset) -> dict[str, Any] | None:
    outcome = dataset.report.get("prepared")
    return outcome and outcome | {"hints": [message_from_json(hint) for hint in outcome["hints"]]}


def _download_name(dataset: Dataset, name: str) -> str:
    return dataset.filename if name.startswith("original") else name
