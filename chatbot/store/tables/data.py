"""Datasets and what was made of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
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
