"""What is known about each uploaded dataset. Its bytes lie in `home/datasets/<id>/`."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from chatbot.store.database import Store
from chatbot.store.tables import Dataset

READING, CONSENT, FAILED = "reading", "consent", "failed"  # not usable yet, or never
UPLOADED, PREPARED = "uploaded", "prepared"


def add(store: Store, **fields: Any) -> Dataset:
    """Add a dataset; `fields` are columns of `Dataset`. Give `id` when the folder was made first."""
    with store.write() as session:
        dataset = Dataset(**fields)
        session.add(dataset)
        session.flush()
        return dataset


def get(store: Store, dataset_id: str) -> Dataset | None:
    with store.read() as session:
        return session.get(Dataset, dataset_id)


def every(store: Store) -> list[Dataset]:
    """All datasets, newest first, those included that are not usable yet."""
    with store.read() as session:
        return list(session.scalars(select(Dataset).order_by(Dataset.created_at.desc(), Dataset.id)))


def usable(store: Store) -> list[Dataset]:
    """Datasets that were read and agreed to, newest first."""
    return [dataset for dataset in every(store) if dataset.status in (UPLOADED, PREPARED)]


def update(store: Store, dataset_id: str, **fields: Any) -> Dataset:
    """Change columns of a dataset. Raises NoResultFound when it is gone."""
    with store.write() as session:
        dataset = session.get_one(Dataset, dataset_id)
        for name, value in fields.items():
            setattr(dataset, name, value)
        return dataset


def remove(store: Store, dataset_id: str) -> None:
    with store.write() as session:
        dataset = session.get(Dataset, dataset_id)
        if dataset:
            session.delete(dataset)
