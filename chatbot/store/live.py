"""Which model answers visitors, and which did before."""

from __future__ import annotations

from sqlalchemy import select

from chatbot.records import HomegrownError
from chatbot.store.database import Store
from chatbot.store.tables import LiveModel


def current(store: Store) -> LiveModel | None:
    with store.read() as session:
        return _newest(session)


def history(store: Store, limit: int = 50) -> list[LiveModel]:
    """Newest first."""
    with store.read() as session:
        return list(session.scalars(select(LiveModel).order_by(LiveModel.id.desc()).limit(limit)))


def put(store: Store, model: str, style: str, by: int | None) -> LiveModel:
    """Make `model` the one that answers. Nothing changes when it already does."""
    with store.write() as session:
        now_live = _newest(session)
        if now_live and (now_live.model, now_live.style) == (model, style):
            return now_live
        return _add(session, LiveModel(model=model, style=style, by=by, replaces=now_live and now_live.id))


def previous(store: Store) -> LiveModel | None:
    """What `take_back` would return to."""
    with store.read() as session:
        now_live = _newest(session)
        return session.get(LiveModel, now_live.replaces) if now_live and now_live.replaces else None


def take_back(store: Store, by: int | None) -> LiveModel:
    """The model before becomes live again; again and again walks further back. Raises HomegrownError at the first."""
    with store.write() as session:
        now_live = _newest(session)
        before = session.get(LiveModel, now_live.replaces) if now_live and now_live.replaces else None
        if not before:
            raise HomegrownError("There is no earlier model to go back to.")
        return _add(session, LiveModel(model=before.model, style=before.style, by=by, replaces=before.replaces))


def _newest(session) -> LiveModel | None:
    return session.scalar(select(LiveModel).order_by(LiveModel.id.desc()).limit(1))


def _add(session, row: LiveModel) -> LiveModel:
    session.add(row)
    session.flush()
    return row
