"""Rows about datasets. Their bytes are files, kept by `dataset_files`; the row is written after the files."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from chatbot.store.database import Store
from chatbot.store.tables import Dataset


def add(store: Store, dataset: Dataset) -> Dataset:
    with store.write() as session:
        session.add(dataset)
    return dataset


def get(store: Store, dataset_id: str) -> Dataset | None:
    with store.read() as session:
        return session.get(Dataset, dataset_id)


def newest_first(store: Store) -> list[Dataset]:
    with store.read() as session:
        return list(session.scalars(select(Dataset).order_by(Dataset.created_at.desc(), Dataset.id)))


def change(store: Store, dataset_id: str, **fields: Any) -> None:
    """Set columns of a dataset. One that was deleted meanwhile stays deleted."""
    with store.write() as session:
        dataset = session.get(Dataset, dataset_id)
        for name, value in fields.items() if dataset else ():
            setattr(dataset, name, value)


def remove(store: Store, dataset_id: str) -> None:
    """Forget a dataset. Runs that used it stay, without it."""
    with store.write() as session:
        dataset = session.get(Dataset, dataset_id)
        if dataset:
            session.delete(dataset)
