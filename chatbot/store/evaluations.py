"""Evaluations: what was asked, how far they have come, what came of them."""

from __future__ import annotations

from typing import Any, Sequence

from sqlalchemy import delete, select, update
from sqlalchemy.orm import defer

from chatbot.store.database import Store
from chatbot.store.tables import Evaluation


def add(store: Store, **fields: Any) -> Evaluation:
    """Add one that waits; `fields` are columns of `Evaluation`."""
    evaluation = Evaluation(**fields)
    with store.write() as session:
        session.add(evaluation)
    return evaluation


def get(store: Store, evaluation_id: str) -> Evaluation | None:
    with store.read() as session:
        return session.get(Evaluation, evaluation_id)


def every(store: Store) -> list[Evaluation]:
    """The newest first, without their questions and answers."""
    with store.read() as session:
        found = select(Evaluation).options(defer(Evaluation.rows), defer(Evaluation.marks))
        return list(session.scalars(found.order_by(Evaluation.created_at.desc(), Evaluation.id)))


def unfinished(store: Store) -> list[str]:
    """The ids of those that are to be worked on, the oldest first."""
    with store.read() as session:
        due = select(Evaluation.id).where(Evaluation.status.in_(("waiting", "running")))
        return list(session.scalars(due.order_by(Evaluation.created_at)))


def keep(store: Store, evaluation_id: str, **fields: Any) -> None:
    with store.write() as session:
        session.execute(update(Evaluation).where(Evaluation.id == evaluation_id).values(**fields))


def move(store: Store, evaluation_id: str, status: str, *, out_of: Sequence[str], error: str = "") -> bool:
    """Change the status if it is one of `out_of`; whether it was."""
    with store.write() as session:
        due = update(Evaluation).where(Evaluation.id == evaluation_id, Evaluation.status.in_(out_of))
        return session.execute(due.values(status=status, error=error)).rowcount == 1


def status(store: Store, evaluation_id: str) -> str | None:
    """None when it was deleted."""
    with store.read() as session:
        return session.scalar(select(Evaluation.status).where(Evaluation.id == evaluation_id))


def remove(store: Store, evaluation_id: str) -> None:
    with store.write() as session:
        session.execute(delete(Evaluation).where(Evaluation.id == evaluation_id))
