"""Questions that staff keep, to ask every model the same."""

from __future__ import annotations

from sqlalchemy import delete, select

from chatbot.store.database import Store
from chatbot.store.tables import TestQuestion


def add(store: Store, question: str, answer: str = "", by: int | None = None) -> None:
    """Keep a question. The same words twice are kept once, with the newer answer."""
    with store.write() as session:
        kept = session.scalar(select(TestQuestion).where(TestQuestion.question == question))
        if kept is None:
            session.add(TestQuestion(question=question, answer=answer, created_by=by))
        elif answer:
            kept.answer = answer


def every(store: Store) -> list[TestQuestion]:
    """All of them, the oldest first."""
    with store.read() as session:
        return list(session.scalars(select(TestQuestion).order_by(TestQuestion.id)))


def remove(store: Store, question_id: int) -> None:
    with store.write() as session:
        session.execute(delete(TestQuestion).where(TestQuestion.id == question_id))
