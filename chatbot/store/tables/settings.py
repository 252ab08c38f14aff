"""What the admin chose."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from chatbot.store.tables.base import Base, now


class LiveModel(Base):
    """The model that answers visitors: the newest row."""

    __tablename__ = "live_models"
    id: Mapped[int] = mapped_column(primary_key=True)
    model: Mapped[str] = mapped_column(String(200))
    style: Mapped[str] = mapped_column(String(20))  # chat | completions
    since: Mapped[datetime] = mapped_column(default=now)
    by: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    replaces: Mapped[int | None] = mapped_column(ForeignKey("live_models.id"))  # what “take back” returns to


class Option(Base):
    __tablename__ = "options"
    key: Mapped[str] = mapped_column(String(50), primary_key=True)
    value: Mapped[Any]
