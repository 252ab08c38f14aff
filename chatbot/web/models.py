"""Studio, Models: which model answers visitors, where each one came from; put live, take back, delete."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from chatbot.client import BackendError
from chatbot.flows import approved, asking, finetune, lineage, warm
from chatbot.records import ModelInfo
from chatbot.store import audit, datasets, models
from chatbot.store.tables import Dataset, Run
from chatbot.web.current import current_house
from chatbot.web.i18n import say
from chatbot.web.security import allow, current_user

blueprint = Blueprint("models", __name__, url_prefix="/admin/models")


@dataclass(frozen=True)
class Card:
    """A model with where it came from. `checkpoints` are earlier states of the same training."""

    info: ModelInfo
    run: Run | None
    dataset: Dataset | None
    checkpoints: list[ModelInfo]


@blueprint.get("")
@allow("admin")
def index() -> str:
    house = current_house()
    error, found = None, []
    try:
        finetune.settle(house)
        found = house.client.models()
    except BackendError as problem:
        error = say(problem.message)
    live = models.live(house.store)
    tuned = _tuned(house, found)
    return render_template(
        "admin/models.html",
        live=live,
        live_id=asking.live_model(house),
        missing=live and not error and live.model not in {model.id for model in found},
        before=models.live_before(house.store),
        tuned=tuned,
        origins={card.run.job_id: lineage.told(lineage.of_run(house, card.run)) for card in tuned if card.run},
        live_dataset=next((card.dataset for card in tuned if live and card.info.id == live.model), None),
        bases=[model for model in found if not model.tuned],
        error=error,
    )


@blueprint.post("/live")
@allow("admin")
def live() -> Response:
    """Let the model of the form answer visitors from the next message on."""
    house, model = current_house(), request.form.get("model", "")
    if model not in {known.id for known in house.client.models()}:
        flash(_("This model does not exist any more."), "bad")
        return redirect(url_for("models.index"), 303)
    try:
        warm.one_word(house, model)  # a damaged one must not take the place of one that answers
    except BackendError as error:
        flash(_("%(model)s does not answer, so nothing was changed. %(reason)s", model=model, reason=say(error.message)), "bad")
        return redirect(url_for("models.index"), 303)
    if models.live(house.store) is None:  # so that the first model of one's own can be taken back, too
        models.put_live(house.store, house.settings.default_model, "chat")
    models.put_live(house.store, model, asking.style_of(house, model), current_user().id)
    audit.note(house.store, current_user().id, "model.live", model)
    flash(_("%(model)s answers your visitors now.", model=model), "good")
    return redirect(url_for("models.index"), 303)


@blueprint.post("/take-back")
@allow("admin")
def take_back() -> Response:
    """Let the model that was live before answer again."""
    house = current_house()
    row = models.take_back(house.store, current_user().id)
    if row is None:
        flash(_("There is no earlier model to go back to."), "bad")
    else:
        audit.note(house.store, current_user().id, "model.take-back", row.model)
        flash(_("%(model)s answers your visitors again.", model=row.model), "good")
    return redirect(url_for("models.index"), 303)


@blueprint.post("/delete")
@allow("admin")
def delete() -> Response:
    house, model = current_house(), request.form.get("model") or abort(400)
    if model == asking.live_model(house):
        flash(_("This model answers your visitors. Put another one live before you delete it."), "bad")
        return redirect(url_for("models.index"), 303)
    try:
        house.client.delete_model(model)
    except BackendError as error:
        flash(say(error.message), "bad")
    else:
        approved.forget(house, model)
        audit.note(house.store, current_user().id, "model.delete", model)
        flash(_("%(model)s is deleted.", model=model), "good")
    return redirect(url_for("models.index"), 303)


def _tuned(house: Any, found: list[ModelInfo]) -> list[Card]:
    """A card for each finished model, newest first."""
    finals = sorted((model for model in found if model.tuned and not model.checkpoint), key=lambda model: -model.created_at)
    cards = []
    for info in finals:
        run = models.run_of_model(house.store, info.id)
        dataset = datasets.get(house.store, run.dataset_id) if run and run.dataset_id else None
        cards.append(Card(info, run, dataset, [model for model in found if _made_with(model, finals) == info]))
    return cards


def _made_with(checkpoint: ModelInfo, finals: list[ModelInfo]) -> ModelInfo | None:
    """The finished model of a checkpoint's training: the first one of that name made after it."""
    if not checkpoint.checkpoint:
        return None
    name = checkpoint.id.split(":")[:4]
    later = [model for model in finals if model.id.split(":")[:4] == name and model.created_at >= checkpoint.created_at]
    return later[-1] if later else None
