"""The book of who did what, when."""

from __future__ import annotations

from sqlalchemy import select

from chatbot.store.database import Store
from chatbot.store.tables import Audit


def note(store: Store, user_id: int | None, action: str, subject: str = "") -> None:
    """Write down an act, like `note(store, user.id, "model.live", model)`."""
    with store.write() as session:
        session.add(Audit(user_id=user_id, action=action, subject=subject[:255]))


def latest(store: Store, limit: int = 100) -> list[Audit]:
    with store.read() as session:
        return list(session.scalars(select(Audit).order_by(Audit.id.desc()).limit(limit)))
