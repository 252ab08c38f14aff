"""The versions of each dataset, and the steps of editing on top of the newest one."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from chatbot.records import DataError, Message
from chatbot.store.database import Store
from chatbot.store.tables.data import Dataset, DatasetStep, DatasetVersion

CHANGED = Message("Somebody else, or another tab of yours, has changed this in the meantime. Nothing of yours was saved: look at it and try again.")


def every(store: Store, dataset_id: str) -> list[DatasetVersion]:
    """All versions of a dataset, newest first."""
    with store.read() as session:
        return list(session.scalars(_of(dataset_id)))


def newest(store: Store, dataset_id: str) -> DatasetVersion | None:
    with store.read() as session:
        return session.scalar(_of(dataset_id).limit(1))


def get(store: Store, dataset_id: str, number: int) -> DatasetVersion | None:
    with store.read() as session:
        return session.scalar(_of(dataset_id).where(DatasetVersion.number == number))


def add(store: Store, dataset_id: str, token: str | None, **fields: Any) -> DatasetVersion:
    """Make a version count; the steps it was made of are gone. `fields` are columns of `DatasetVersion`.

    `token` is the newest step it was made of: raises DataError when more was done since. With None the steps are
    thrown away, whatever they are."""
    with store.write() as session:
        if session.get(Dataset, dataset_id) is None:
            raise DataError(Message("This dataset was deleted in the meantime."))
        if token is not None and token != _token(_active(session, dataset_id)):
            raise DataError(CHANGED)
        session.execute(delete(DatasetStep).where(DatasetStep.dataset_id == dataset_id))
        version = DatasetVersion(dataset_id=dataset_id, **fields)
        session.add(version)
        session.flush()
        return version


def steps(store: Store, dataset_id: str) -> list[DatasetStep]:
    """All steps, oldest first; the undone ones come last."""
    with store.read() as session:
        return list(session.scalars(_steps(dataset_id)))


def add_step(store: Store, dataset_id: str, number: int, seen: str | None, **fields: Any) -> DatasetStep:
    """Add a step on top of version `number`; what was undone cannot be done again after it.

    `seen` is the token the person had in front of them (None: it does not matter). Raises DataError when it is not the
    newest any more, or when the dataset has a newer version."""
    with store.write() as session:
        known = session.scalar(_of(dataset_id).limit(1))
        done = _active(session, dataset_id)
        if known is None or known.number != number or (seen is not None and seen != _token(done)):
            raise DataError(CHANGED)
        session.execute(delete(DatasetStep).where(DatasetStep.dataset_id == dataset_id, DatasetStep.undone))
        step = DatasetStep(dataset_id=dataset_id, **fields)
        session.add(step)
        session.flush()
        return step


def undo(store: Store, dataset_id: str, seen: str) -> DatasetStep | None:
    """Take the newest step back; None when there is none. Raises DataError when `seen` is not its token."""
    with store.write() as session:
        done = _active(session, dataset_id)
        if seen != _token(done):
            raise DataError(CHANGED)
        if done:
            done[-1].undone = True
        return done[-1] if done else None


def redo(store: Store, dataset_id: str, seen: str) -> DatasetStep | None:
    """Do the step that was undone last again; None when there is none. Raises DataError like `undo`."""
    with store.write() as session:
        known = list(session.scalars(_steps(dataset_id)))
        if seen != _token([step for step in known if not step.undone]):
            raise DataError(CHANGED)
        step = next((step for step in known if step.undone), None)
        if step:
            step.undone = False
        return step


def discard(store: Store, dataset_id: str, seen: str) -> None:
    """Throw all steps away. Raises DataError like `undo`."""
    with store.write() as session:
        if seen != _token(_active(session, dataset_id)):
            raise DataError(CHANGED)
        session.execute(delete(DatasetStep).where(DatasetStep.dataset_id == dataset_id))


def _of(dataset_id: str) -> Any:
    return select(DatasetVersion).where(DatasetVersion.dataset_id == dataset_id).order_by(DatasetVersion.number.desc())


def _steps(dataset_id: str) -> Any:
    return select(DatasetStep).where(DatasetStep.dataset_id == dataset_id).order_by(DatasetStep.id)


def _active(session: Session, dataset_id: str) -> list[DatasetStep]:
    return list(session.scalars(_steps(dataset_id).where(DatasetStep.undone.is_(False))))


def _token(done: list[DatasetStep]) -> str:
    return done[-1].token if done else ""
