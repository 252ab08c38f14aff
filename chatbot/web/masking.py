"""Studio, Masking: what personal data was found in a dataset, what was let by, and what is to stay."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from chatbot.data.masking import KINDS
from chatbot.flows import dataset_work, masking, versions
from chatbot.flows.reading import findings_from_json
from chatbot.records import DataError
from chatbot.store import audit
from chatbot.web import working
from chatbot.web.i18n import say
from chatbot.web.offload import offload
from chatbot.web.rows import find
from chatbot.web.security import allow, current_user

blueprint = Blueprint("masking", __name__, url_prefix="/admin/data/<dataset_id>/masking")


@blueprint.get("")
@allow("admin")
def report(dataset_id: str) -> str | Response:
    """What the preparation of this dataset would mask, by kind, and what it would not."""
    house, dataset = find(dataset_id)
    try:
        offload(versions.newest, house, dataset)  # as for the questions
        work = dataset_work.ask(house, dataset, request.args.get("style"), working.PATIENCE)
        if work.error:
            raise DataError(work.error)
    except DataError as error:
        flash(say(error.message), "bad")
        return redirect(url_for("data.show", dataset_id=dataset.id), 303)
    if work.state == "running":
        return working.page(dataset, work)
    return render_template(
        "admin/masking.html", dataset=dataset, style=work.result["style"], found=_found(work.result), names=KINDS, choices=masking.choices(house)
    )


@blueprint.post("")
@allow("admin")
def choose(dataset_id: str) -> Response:
    """Keep the choices of the form, for all datasets: `kind` is masked, `own` and the lines of `keep` stay."""
    house, dataset = find(dataset_id)
    masking.choose(house, request.form.getlist("kind"), [*request.form.get("keep", "").splitlines(), *request.form.getlist("own")])
    audit.note(house.store, current_user().id, "masking.choose", dataset.id)
    flash(_("Saved for all datasets. This page and the questions follow it."), "good")
    return redirect(url_for("masking.report", dataset_id=dataset.id, style=request.form.get("style")), 303)


def _found(result: dict[str, Any]) -> dict[str, Any]:
    """The report that comes with the question about personal data."""
    return next(finding.details for finding in findings_from_json(result["findings"]) if finding.id == "personal-data")
