"""Console, Batch: many questions to a few models, a table of answers, files to take away."""

from __future__ import annotations

import csv
import io
import json
from typing import Any, Iterator

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _

from chatbot.client import BackendError
from chatbot.data.cells import safe_cell
from chatbot.flows import batch as story
from chatbot.records import DataError, Message
from chatbot.store import test_questions
from chatbot.store.tables import Batch
from chatbot.store.works import batches
from chatbot.web import background
from chatbot.web.current import current_house
from chatbot.web.i18n import say
from chatbot.web.names import short_name
from chatbot.web.security import allow, current_user

MOST_MODELS = 4

blueprint = Blueprint("batch", __name__, url_prefix="/console/batch")


@blueprint.get("")
@allow("staff")
def index(text: str = "", problem: str = "") -> str:
    house = current_house()
    error, known = None, []
    try:
        known = [model.id for model in house.client.models()]
    except BackendError as trouble:
        error = say(trouble.message)
    return render_template(
        "console/batch.html",
        batches=[(batch, *story.progress(batch)) for batch in batches.every(house.store)],
        names={model: short_name(model) for model in known},
        kept=[kept.question for kept in test_questions.every(house.store)],
        chosen=request.form.getlist("model"),
        text=text,
        problem=problem,
        error=error,
        most=story.MOST_QUESTIONS,
    )


@blueprint.post("")
@allow("staff")
def create() -> Any:
    """Ask the questions of the form or its file; asking goes on in the background."""
    house, text = current_house(), request.form.get("questions", "")
    chosen = list(dict.fromkeys(request.form.getlist("model")))
    upload = request.files.get("file")
    try:
        questions = story.questions_of_file(upload.filename, upload.read()) if upload else story.questions_of(text)
        if not 1 <= len(chosen) <= MOST_MODELS:
            raise DataError(Message("Choose one to four models."))
    except DataError as error:
        return index(text, say(error.message)), 422
    batch = story.add(house, questions, chosen, current_user().id)
    return redirect(url_for("batch.table", batch_id=batch.id), 303)


@blueprint.get("/<batch_id>")
@allow("staff")
def table(batch_id: str) -> str:
    batch = background.found(story.WORK, batch_id)
    done, all_ = story.progress(batch)
    return render_template("console/batch_table.html", batch=batch, done=done, all=all_, names={model: short_name(model) for model in batch.models})


@blueprint.get("/<batch_id>/progress")
@allow("staff")
def progress(batch_id: str) -> dict[str, Any]:
    """Where it stands, and the rows; asked once a second."""
    batch = background.found(story.WORK, batch_id)
    done, all_ = story.progress(batch)
    return {"status": batch.status, "done": done, "all": all_, "rows": [row["answers"] for row in batch.rows]}


@blueprint.post("/<batch_id>")
@allow("staff")
def act(batch_id: str) -> Response:
    """`action`: stop, go-on, delete."""
    return background.act(story.WORK, batch_id, url_for("batch.index"), url_for("batch.table", batch_id=batch_id), _("The batch is deleted."))


@blueprint.get("/<batch_id>/answers.<form>")
@allow("staff")
def download(batch_id: str, form: str) -> Response:
    """The table as `csv` or `jsonl`."""
    write, kind = FORMS.get(form) or abort(404)
    headers = {"Content-Type": kind, "Content-Disposition": f"attachment; filename=answers.{form}"}
    return Response(write(background.found(story.WORK, batch_id)), headers=headers)


def _csv(batch: Batch) -> Iterator[str]:
    yield "\ufeff"  # without it spreadsheets take UTF-8 for something else
    for cells in (["question", *batch.models], *([row["question"], *_texts(batch, row)] for row in batch.rows)):
        line = io.StringIO()
        csv.writer(line).writerow(map(safe_cell, cells))
        yield line.getvalue()


def _jsonl(batch: Batch) -> Iterator[str]:
    for row in batch.rows:
        yield json.dumps({"question": row["question"], "answers": dict(zip(batch.models, _texts(batch, row)))}, ensure_ascii=False) + "\n"


def _texts(batch: Batch, row: dict[str, Any]) -> list[str]:
    return [row["answers"].get(model, {}).get("text", "") for model in batch.models]


FORMS = {"csv": (_csv, "text/csv; charset=utf-8"), "jsonl": (_jsonl, "application/jsonl")}
