"""Batches: many questions to a few models."""

from __future__ import annotations

from typing import Any, Sequence

from sqlalchemy import delete, select, update

from chatbot.store.database import Store
from chatbot.store.tables import Batch


def add(store: Store, name: str, models: Sequence[str], questions: Sequence[str], by: int | None = None) -> Batch:
    rows = [{"question": question, "answers": {}} for question in questions]
    batch = Batch(name=name[:200], models=list(models), rows=rows, created_by=by)
    with store.write() as session:
        session.add(batch)
    return batch


def get(store: Store, batch_id: str) -> Batch | None:
    with store.read() as session:
        return session.get(Batch, batch_id)


def every(store: Store) -> list[Batch]:
    """All batches, the newest first."""
    with store.read() as session:
        return list(session.scalars(select(Batch).order_by(Batch.created_at.desc(), Batch.id)))


def unfinished(store: Store) -> list[str]:
    """The ids of those that are to be worked on, the oldest first."""
    with store.read() as session:
        due = select(Batch.id).where(Batch.status.in_(("waiting", "running")))
        return list(session.scalars(due.order_by(Batch.created_at)))


def keep_rows(store: Store, batch_id: str, rows: list[dict[str, Any]]) -> None:
    with store.write() as session:
        session.execute(update(Batch).where(Batch.id == batch_id).values(rows=rows))


def move(store: Store, batch_id: str, status: str, *, out_of: Sequence[str]) -> bool:
    """Change the status if it is one of `out_of`; whether it was."""
    with store.write() as session:
        due = update(Batch).where(Batch.id == batch_id, Batch.status.in_(out_of))
        return session.execute(due.values(status=status)).rowcount == 1


def status(store: Store, batch_id: str) -> str | None:
    """None when it was deleted."""
    with store.read() as session:
        return session.scalar(select(Batch.status).where(Batch.id == batch_id))


def remove(store: Store, batch_id: str) -> None:
    with store.write() as session:
        session.execute(delete(Batch).where(Batch.id == batch_id))
