"""Which training made which model, and which model answers visitors now."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from chatbot.records import Persona
from chatbot.store.database import Store
from chatbot.store.options import persona_to
from chatbot.store.tables import LiveModel, Run


def add_run(store: Store, *, persona: Persona, **fields: Any) -> Run:
    """Note a training that was started; `fields` are the other columns of `Run`."""
    run = Run(persona=persona_to(persona), **fields)
    with store.write() as session:
        session.add(run)
    return run


def run_of_token(store: Store, token: str) -> Run | None:
    """The training that a form with this token has already started."""
    with store.read() as session:
        return session.scalar(select(Run).where(Run.token == token))


def run_of_job(store: Store, job_id: str) -> Run | None:
    with store.read() as session:
        return session.scalar(select(Run).where(Run.job_id == job_id))


def run_of_model(store: Store, model: str) -> Run | None:
    """The training that made `model`; None for base models and for models made elsewhere."""
    with store.read() as session:
        return session.scalar(select(Run).where(Run.fine_tuned_model == model))


def runs(store: Store) -> list[Run]:
    """All trainings, newest first."""
    with store.read() as session:
        return list(session.scalars(select(Run).order_by(Run.created_at.desc(), Run.id)))


def finish_run(store: Store, job_id: str, model: str) -> None:
    """Note the model a training made."""
    with store.write() as session:
        run = session.scalar(select(Run).where(Run.job_id == job_id))
        if run:
            run.fine_tuned_model = model


def live(store: Store) -> LiveModel | None:
    """The model that answers visitors; None before anything was put live."""
    with store.read() as session:
        return _live(session)


def live_before(store: Store) -> LiveModel | None:
    """What `take_back` would return to."""
    with store.read() as session:
        now = _live(session)
        return session.get(LiveModel, now.replaces) if now and now.replaces else None


def put_live(store: Store, model: str, style: str, by: int | None = None) -> LiveModel:
    """Let `model` answer from now on. Putting live what is live already changes nothing."""
    with store.write() as session:
        now = _live(session)
        if now and now.model == model:
            return now
        row = LiveModel(model=model, style=style, by=by, replaces=now.id if now else None)
        session.add(row)
    return row


def take_back(store: Store, by: int | None = None) -> LiveModel | None:
    """Return to the model that was live before; None when there was none."""
    with store.write() as session:
        now = _live(session)
        before = session.get(LiveModel, now.replaces) if now and now.replaces else None
        if before is None:
            return None
        row = LiveModel(model=before.model, style=before.style, by=by, replaces=before.replaces)
        session.add(row)
    return row


def _live(session: Session) -> LiveModel | None:
    return session.scalar(select(LiveModel).order_by(LiveModel.id.desc()).limit(1))
