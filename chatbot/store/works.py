"""Work that goes on in the background, row by row: what is to be done, and how far it has come."""

from __future__ import annotations

from typing import Any, Generic, Sequence, TypeVar

from sqlalchemy import delete, select, update
from sqlalchemy.orm import defer

from chatbot.store.database import Store
from chatbot.store.tables import Batch, Evaluation

Work = TypeVar("Work", Batch, Evaluation)
OPEN = ("waiting", "running")


class Works(Generic[Work]):
    """The rows of one table. `heavy` are columns that a list of all does without."""

    def __init__(self, table: type[Work], *heavy: Any):
        self._table, self._heavy = table, heavy

    def add(self, store: Store, **columns: Any) -> Work:
        """Add one that waits."""
        work = self._table(**columns)
        with store.write() as session:
            session.add(work)
        return work

    def get(self, store: Store, work_id: str) -> Work | None:
        with store.read() as session:
            return session.get(self._table, work_id)

    def every(self, store: Store) -> list[Work]:
        """The newest first."""
        table = self._table
        with store.read() as session:
            found = select(table).options(*map(defer, self._heavy))
            return list(session.scalars(found.order_by(table.created_at.desc(), table.id)))

    def unfinished(self, store: Store) -> list[str]:
        """The ids of those that are to be worked on, the oldest first."""
        with store.read() as session:
            due = select(self._table.id).where(self._table.status.in_(OPEN))
            return list(session.scalars(due.order_by(self._table.created_at)))

    def keep(self, store: Store, work_id: str, **columns: Any) -> None:
        with store.write() as session:
            session.execute(update(self._table).where(self._table.id == work_id).values(**columns))

    def move(self, store: Store, work_id: str, status: str, *, out_of: Sequence[str] = OPEN, **columns: Any) -> bool:
        """Change the status if it is one of `out_of`; whether it was."""
        with store.write() as session:
            due = update(self._table).where(self._table.id == work_id, self._table.status.in_(out_of))
            return session.execute(due.values(status=status, **columns)).rowcount == 1

    def fail(self, store: Store, work_id: str, error: str = "") -> None:
        """It broke off; the reason is kept where there is a place for it."""
        told = {"error": error} if "error" in self._table.__table__.columns else {}
        self.move(store, work_id, "failed", **told)

    def status(self, store: Store, work_id: str) -> str | None:
        """None when it was deleted."""
        with store.read() as session:
            return session.scalar(select(self._table.status).where(self._table.id == work_id))

    def remove(self, store: Store, work_id: str) -> None:
        with store.write() as session:
            session.execute(delete(self._table).where(self._table.id == work_id))


batches = Works(Batch)
evaluations = Works(Evaluation, Evaluation.rows, Evaluation.marks)
