"""How well models answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from chatbot.store.tables.base import Base, new_id, now


class Evaluation(Base):
    """Questions put to one model in several ways, and each answer with its marks."""

    __tablename__ = "evaluations"
    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(200))  # of the file of questions
    sha256: Mapped[str] = mapped_column(String(64), index=True)  # of its content: the same questions can be compared
    model: Mapped[str] = mapped_column(String(200))
    rows: Mapped[Any]  # list of {question, answer, must}
    marks: Mapped[Any]  # way of asking → list of marks, one a row, as far as it has come
    figures: Mapped[Any]  # way of asking → its report so far
    status: Mapped[str] = mapped_column(String(12), default="waiting")  # waiting | running | stopped | done | failed
    error: Mapped[str] = mapped_column(Text, default="")
    created_by: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(default=now)
