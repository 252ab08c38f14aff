"""Datasets and what was made of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from chatbot.store.tables.base import Base, new_id, now


class Dataset(Base):
    __tablename__ = "datasets"
    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(200))
    filename: Mapped[str] = mapped_column(String(255))
    sha256: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(20))  # dialogues | pairs | chat
    n_dialogues: Mapped[int] = mapped_column(default=0)
    n_examples: Mapped[int] = mapped_column(default=0)
    format: Mapped[str | None] = mapped_column(String(20))  # chat | completions, once prepared
    status: Mapped[str] = mapped_column(String(20), default="uploaded")  # uploaded | prepared
    encoding: Mapped[str | None] = mapped_column(String(40))
    created_at: Mapped[datetime] = mapped_column(default=now)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    report: Mapped[dict[str, Any]] = mapped_column(default=dict)


class DatasetVersion(Base):
    """A state of a dataset that never changes. Its rows lie on the disk; this row is written last and makes it count."""

    __tablename__ = "dataset_versions"
    __table_args__ = (UniqueConstraint("dataset_id", "number"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    dataset_id: Mapped[str] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"))
    number: Mapped[int]  # from 1
    parent: Mapped[int | None]  # the number of the version it was made from
    created_at: Mapped[datetime] = mapped_column(default=now)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    what: Mapped[Any]  # what was done: a sentence, as template and values
    sha256: Mapped[str] = mapped_column(String(64))  # of its JSONL file
    n_rows: Mapped[int]
    last_id: Mapped[int]  # the highest row id ever used in this dataset
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)  # files, merged, shares, seed, parts


class DatasetStep(Base):
    """One step of editing on top of the newest version; `undone` ones can be done again."""

    __tablename__ = "dataset_steps"
    id: Mapped[int] = mapped_column(primary_key=True)
    dataset_id: Mapped[str] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"), index=True)
    token: Mapped[str] = mapped_column(String(32), default=new_id)
    kind: Mapped[str] = mapped_column(String(10))  # edit | split | delete | restore | add
    changes: Mapped[Any]  # a list of changed rows: their id, what they are now, and where new ones stand
    undone: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=now)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))


class Run(Base):
    """A training: which dataset, which base, which persona, and the model it made."""

    __tablename__ = "runs"
    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    job_id: Mapped[str] = mapped_column(String(100), unique=True)
    dataset_id: Mapped[str | None] = mapped_column(ForeignKey("datasets.id", ondelete="SET NULL"))
    dataset_sha256: Mapped[str] = mapped_column(String(64))
    base_model: Mapped[str] = mapped_column(String(200))
    style: Mapped[str] = mapped_column(String(20))  # chat | completions
    suffix: Mapped[str | None] = mapped_column(String(64))
    persona: Mapped[dict[str, Any]] = mapped_column(default=dict)
    fine_tuned_model: Mapped[str | None] = mapped_column(String(200), index=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    token: Mapped[str | None] = mapped_column(String(64), unique=True)  # of the form that started it: sent twice, it starts once
    dataset_version: Mapped[int | None]
    lineage: Mapped[Any | None]  # the dataset's versions and files as they were then; outlives the dataset
