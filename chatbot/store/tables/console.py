"""What staff try out: test questions, blind tests, batches."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from chatbot.store.tables.base import Base, new_id, now


class TestQuestion(Base):
    """A question kept to ask every model; the answer is what a good one says, if known."""

    __tablename__ = "test_questions"
    __test__ = False  # pytest takes names that begin so for tests
    id: Mapped[int] = mapped_column(primary_key=True)
    question: Mapped[str] = mapped_column(Text)
    answer: Mapped[str] = mapped_column(Text, default="")
    created_by: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(default=now)


class BlindTest(Base):
    """Models whose answers staff compare without knowing whose they are."""

    __tablename__ = "blind_tests"
    id: Mapped[int] = mapped_column(primary_key=True)
    models: Mapped[Any]  # a list of names
    created_by: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(default=now)
    closed_at: Mapped[datetime | None]


class BlindVote(Base):
    """Two answers to one question as they were shown, a before b, and what was chosen."""

    __tablename__ = "blind_votes"
    id: Mapped[int] = mapped_column(primary_key=True)
    test_id: Mapped[int] = mapped_column(ForeignKey("blind_tests.id", ondelete="CASCADE"), index=True)
    question: Mapped[str] = mapped_column(Text)
    model_a: Mapped[str] = mapped_column(String(200))
    model_b: Mapped[str] = mapped_column(String(200))
    answer_a: Mapped[str] = mapped_column(Text, default="")
    answer_b: Mapped[str] = mapped_column(Text, default="")
    choice: Mapped[str | None] = mapped_column(String(4))  # a | b | same | bad; None: not yet
    by: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    at: Mapped[datetime] = mapped_column(default=now)


class Batch(Base):
    """Many questions to a few models. `rows`: [{question, answers: {model: text}}]."""

    __tablename__ = "batches"
    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(200), default="")
    models: Mapped[Any]
    rows: Mapped[Any]
    status: Mapped[str] = mapped_column(String(12), default="waiting")  # waiting | running | done | stopped | failed
    created_by: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(default=now)
