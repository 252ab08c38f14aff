"""Studio, Overview: the way from dialogues to a live model, where you are on it, and the one next thing to do."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from chatbot.records import Job
from chatbot.store import datasets, models
from chatbot.store.tables import Dataset, LiveModel
from chatbot.web.current import current_house
from chatbot.web.security import allow
from chatbot.web.training import jobs_or_none

blueprint = Blueprint("overview", __name__, url_prefix="/admin")


@dataclass(frozen=True)
class Step:
    """A station on the way: what it is called, what is there, where it leads; `done` stations have a tick."""

    title: str
    text: str
    address: str
    done: bool


@dataclass(frozen=True)
class Next:
    """The one next thing to do."""

    title: str
    text: str
    button: str
    address: str


@blueprint.get("/")
@allow("admin")
def index() -> str:
    house = current_house()
    known = datasets.usable(house.store)
    prepared = [dataset for dataset in known if dataset.status == "prepared"]
    jobs = jobs_or_none(house)
    live = models.live(house.store)
    steps = [
        Step(_("Data"), _datasets(len(known)), url_for("data.index"), bool(known)),
        Step(_("Prepare"), _prepared(len(prepared)), url_for("data.index"), bool(prepared)),
        Step(_("Train"), _trainings(jobs), url_for("training.index"), any(job.status == "succeeded" for job in jobs or ())),
        Step(_("Live"), live.model if live else _("The base model answers"), url_for("models.index"), live is not None),
    ]
    here = next((number for number, step in enumerate(steps) if not step.done), len(steps))
    return render_template(
        "admin/overview.html",
        steps=steps,
        here=here,
        next=_next(known, prepared, jobs or [], live),
        at_home=not house.settings.openai_base_url,
    )


def _datasets(n: int) -> str:
    return ngettext("%(num)s dataset", "%(num)s datasets", n) if n else _("Nothing uploaded yet")


def _prepared(n: int) -> str:
    return ngettext("%(num)s ready to train", "%(num)s ready to train", n) if n else _("Nothing prepared yet")


def _trainings(jobs: list[Job] | None) -> str:
    if jobs is None:
        return _("The model's server cannot be reached")
    if any(not job.finished for job in jobs):
        return _("A training is running")
    n = sum(job.status == "succeeded" for job in jobs)
    return ngettext("%(num)s model trained", "%(num)s models trained", n) if n else _("Nothing trained yet")


def _next(known: list[Dataset], prepared: list[Dataset], jobs: list[Job], live: LiveModel | None) -> Next:
    running = next((job for job in jobs if not job.finished), None)
    trained = next((job for job in jobs if job.status == "succeeded"), None)
    if running:
        address = url_for("training.show", job_id=running.id)
        text = _("Watch how it learns. You may close this page, training goes on.")
        return Next(_("A model is growing"), text, _("Watch"), address)
    if not known:
        text = _(
            "Upload conversations your people had, or begin with the sample: an interview bot for data structures and algorithms."
        )
        return Next(_("Bring your dialogues"), text, _("Add data"), url_for("data.index"))
    if not prepared:
        text = _("A few questions with yes or no make “%(name)s” fit for training.", name=known[0].name)
        return Next(_("Prepare your data"), text, _("Prepare"), url_for("data.questions", dataset_id=known[0].id))
    if not trained:
        text = _("“%(name)s” is prepared. One click trains a model on it.", name=prepared[0].name)
        return Next(_("Train your model"), text, _("Train"), url_for("training.index", dataset=prepared[0].id))
    if not live or _is_newer(trained, live):
        text = _("Your newest model is ready. Try it, and when you like it let it answer your visitors.")
        return Next(_("Put it live"), text, _("Look at it"), url_for("training.show", job_id=trained.id))
    text = _("Chat with it yourself, or bring newer dialogues.")
    return Next(_("Your model answers visitors"), text, _("Open the chat"), url_for("chat.home"))


def _is_newer(job: Job, live: LiveModel) -> bool:
    """Whether the job ended after the live model was put live."""
    return bool(job.finished_at and job.finished_at > live.since.timestamp())
