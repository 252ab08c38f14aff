"""Studio, Training: start a training, watch it learn, stop it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import format_timedelta
from flask_babel import gettext as _

from chatbot.client import BackendError
from chatbot.flows import datasets as story
from chatbot.flows import lineage, outlook, schedule, versions
from chatbot.flows.finetune import Progress
from chatbot.flows.outlook import Outlook
from chatbot.records import Job, Message
from chatbot.store import audit, datasets, models
from chatbot.store.tables import Dataset
from chatbot.web import forecast, job_help, job_words, signals, watching
from chatbot.web.current import current_house
from chatbot.web.i18n import say
from chatbot.web.offload import offload
from chatbot.web.security import allow, current_user
from chatbot.web.starting import current_starts

blueprint = Blueprint("training", __name__, url_prefix="/admin/training")
EPOCHS = range(1, 51)


@blueprint.get("")
@allow("admin")
def index() -> str:
    house = current_house()
    known = {dataset.id: dataset for dataset in datasets.every(house.store)}
    ready = [dataset for dataset in known.values() if dataset.status == "prepared"]
    chosen = known.get(request.args.get("dataset", "")) or (ready[0] if ready else None)
    jobs = jobs_or_none(house)
    bases = _bases(house)
    outlooks = offload(_outlooks, house, ready, bases)
    forecasts = forecast.forecasts(house, outlooks, bases, jobs or [])
    base = house.settings.default_model
    return render_template(
        "admin/training.html",
        datasets=ready,
        chosen=chosen and chosen.id,
        bases=[(base, base) for base in bases],
        default_base=base,
        forecasts=forecasts,
        forecast=forecast.told(house, forecasts.get(chosen.id, {}).get(base)) if chosen else "",
        sentence=forecast.sentence(house),
        unit=forecast.unit(house),
        warnings={dataset_id: signals.before(each) for dataset_id, each in outlooks.items()},
        token=_token(house),
        at_home=not house.settings.openai_base_url,
        enough=schedule.ENOUGH,
        jobs=jobs,
        rows=_rows(house, jobs or [], known),
        news=[(dataset, told) for dataset in ready if (told := versions.news(house, dataset))],
    )


@blueprint.post("")
@allow("admin")
def start() -> Response:
    """Queue a training from the form. The same form sent again leads to the job it started before."""
    house = current_house()
    dataset = datasets.get(house.store, request.form.get("dataset_id", "")) or abort(404)
    token = f"{dataset.id[:20]}-{request.form.get('token', '')}"[:64]
    if models.run_of_token(house.store, token):
        flash(_("This training was started already. Reload the form to start another one."), "info")
    choices = dict(
        base_model=request.form.get("base") or None,
        suffix=request.form.get("suffix", "").strip() or None,
        epochs=_epochs(request.form.get("epochs", "")),
        gentle="gentle" in request.form,
        retrieval="plain" not in request.form,
        user_id=current_user().id,
        token=token,
    )

    def queue() -> Job:
        job = offload(story.train, house, dataset, **choices)
        audit.note(house.store, choices["user_id"], "training.start", job.id)
        return job

    current_starts().begin(token, queue)
    return starting(dataset.id, token)


@blueprint.get("/starting/<dataset_id>/<token>")
@allow("admin")
def starting(dataset_id: str, token: str) -> Any:
    """The way from the form to the page of its job, which is there once the training is queued."""
    house, start = current_house(), current_starts().get(token)
    if start and not start.over.is_set():
        here = url_for("training.starting", dataset_id=dataset_id, token=token)
        return redirect(here, 303) if request.method == "POST" else render_template("admin/starting.html")
    current_starts().forget(token)
    run = models.run_of_token(house.store, token)
    if run is None:
        told = start and start.error or Message("The start broke off because the site was stopped. Start the training again.")
        flash(say(told), "bad")
        return redirect(url_for("training.index", dataset=dataset_id), 303)
    return redirect(url_for("training.show", job_id=run.job_id), 303)


@blueprint.get("/<job_id>")
@allow("admin")
def show(job_id: str) -> str:
    house = current_house()
    now = _watch(house, job_id)
    run = models.run_of_job(house.store, job_id)
    return render_template(
        "admin/job.html",
        job=now.job,
        run=run,
        origin=run and lineage.told(lineage.of_run(house, run)),
        dataset=run and run.dataset_id and datasets.get(house.store, run.dataset_id),
        now=watching.as_json(now),
        advice=job_help.what_to_do(now.job) if now.job.status == "failed" else None,
        reason=say(job_words.told(now.job.error_message or "")),
        live=models.live(house.store),
        minutes=_took(now.job),
        verdict=signals.verdict(now) if now.job.status == "succeeded" else None,
    )


@blueprint.get("/<job_id>/progress")
@allow("admin")
def progress(job_id: str) -> Response:
    """Everything that moves on the page of a job, as JSON."""
    return jsonify(watching.as_json(_watch(current_house(), job_id)))


@blueprint.get("/<job_id>/origin.json")
@allow("admin")
def origin(job_id: str) -> Response:
    """Where the data of a training came from, as JSON."""
    house = current_house()
    return jsonify(lineage.of_run(house, models.run_of_job(house.store, job_id) or abort(404)))


@blueprint.post("/<job_id>/cancel")
@allow("admin")
def cancel(job_id: str) -> Response:
    house = current_house()
    try:
        house.client.cancel(job_id)
        audit.note(house.store, current_user().id, "training.cancel", job_id)
    except BackendError as error:
        flash(say(error.message), "bad")
    return redirect(url_for("training.show", job_id=job_id), 303)


def jobs_or_none(house: Any) -> list[Job] | None:
    """The newest jobs first; None when the model's server cannot be asked."""
    try:
        return house.client.jobs()
    except BackendError:
        return None


def _watch(house: Any, job_id: str) -> Progress:
    try:
        return watching.watch(house, job_id)
    except BackendError as error:
        if error.status == 404:
            abort(404)
        raise


def _token(house: Any) -> str:
    """The same in every tab until a training is started, so that pressing *Train* in two tabs starts one."""
    runs = models.runs(house.store)
    return runs[0].id if runs else "first"


def _epochs(text: str) -> int | None:
    return int(text) if text in map(str, EPOCHS) else None


def _rows(house: Any, jobs: list[Job], known: dict[str, Dataset]) -> list[dict[str, Any]]:
    dataset_of = {run.job_id: known.get(run.dataset_id or "") for run in models.runs(house.store)}
    return [{"job": job, "dataset": dataset_of.get(job.id)} for job in jobs]


def _outlooks(house: Any, ready: list[Dataset], bases: list[str]) -> dict[str, Outlook]:
    """What is known of each prepared dataset whose files are there."""
    found = {dataset.id: outlook.of_dataset(house, dataset, bases) for dataset in ready}
    return {dataset_id: each for dataset_id, each in found.items() if each}


def _bases(house: Any) -> list[str]:
    """Models to start from: base models, then those trained here."""
    try:
        known = [model for model in house.client.models() if not model.checkpoint]
    except BackendError:
        return [house.settings.default_model]
    return [model.id for model in sorted(known, key=lambda model: (model.tuned, model.id))]


def _took(job: Job) -> str:
    return format_timedelta(job.finished_at - job.created_at, threshold=1.5) if job.finished_at else ""
