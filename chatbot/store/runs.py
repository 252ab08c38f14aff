"""Trainings that were started from here: which dataset and persona went into which model."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update

from chatbot.store.database import Store
from chatbot.store.tables import Run


def add(store: Store, **fields: Any) -> Run:
    """Add a run; `fields` are columns of `Run`."""
    with store.write() as session:
        run = Run(**fields)
        session.add(run)
        session.flush()
        return run


def every(store: Store) -> list[Run]:
    """All runs, newest first."""
    with store.read() as session:
        return list(session.scalars(select(Run).order_by(Run.created_at.desc())))


def by_job(store: Store, job_id: str) -> Run | None:
    with store.read() as session:
        return session.scalar(select(Run).where(Run.job_id == job_id))


def by_model(store: Store, model: str) -> Run | None:
    """The run that made a tuned model; None for a base model or one made elsewhere."""
    with store.read() as session:
        return session.scalar(select(Run).where(Run.fine_tuned_model == model))


def set_model(store: Store, job_id: str, model: str) -> None:
    with store.write() as session:
        session.execute(update(Run).where(Run.job_id == job_id).values(fine_tuned_model=model))
