"""Blind tests and their votes."""

from __future__ import annotations

from typing import Sequence

from sqlalchemy import select, update

from chatbot.store.database import Store
from chatbot.store.tables import BlindTest, BlindVote, now


def add(store: Store, models: Sequence[str], by: int | None = None) -> BlindTest:
    test = BlindTest(models=list(models), created_by=by)
    with store.write() as session:
        session.add(test)
    return test


def get(store: Store, test_id: int) -> BlindTest | None:
    with store.read() as session:
        return session.get(BlindTest, test_id)


def every(store: Store) -> list[BlindTest]:
    """All tests, the newest first."""
    with store.read() as session:
        return list(session.scalars(select(BlindTest).order_by(BlindTest.id.desc())))


def close(store: Store, test_id: int) -> None:
    with store.write() as session:
        session.execute(update(BlindTest).where(BlindTest.id == test_id, BlindTest.closed_at.is_(None)).values(closed_at=now()))


def votes(store: Store, test_id: int) -> list[BlindVote]:
    """Every pair of answers that was dealt out, also those not chosen between yet."""
    with store.read() as session:
        return list(session.scalars(select(BlindVote).where(BlindVote.test_id == test_id).order_by(BlindVote.id)))


def vote(store: Store, vote_id: int) -> BlindVote | None:
    with store.read() as session:
        return session.get(BlindVote, vote_id)


def pending(store: Store, test_id: int, by: int) -> BlindVote | None:
    """What was dealt to this person and not chosen between yet."""
    with store.read() as session:
        mine = select(BlindVote).where(BlindVote.test_id == test_id, BlindVote.by == by, BlindVote.choice.is_(None))
        return session.scalar(mine.order_by(BlindVote.id))


def deal(store: Store, test_id: int, question: str, model_a: str, model_b: str, by: int) -> BlindVote:
    dealt = BlindVote(test_id=test_id, question=question, model_a=model_a, model_b=model_b, by=by)
    with store.write() as session:
        session.add(dealt)
    return dealt


def keep_answer(store: Store, vote_id: int, side: str, text: str) -> None:
    """Note what one side ("a" or "b") said."""
    with store.write() as session:
        session.execute(update(BlindVote).where(BlindVote.id == vote_id).values({f"answer_{side}": text}))


def choose(store: Store, vote_id: int, choice: str) -> bool:
    """Note a choice, once: False when there was one already."""
    with store.write() as session:
        open_vote = update(BlindVote).where(BlindVote.id == vote_id, BlindVote.choice.is_(None))
        return session.execute(open_vote.values(choice=choice, at=now())).rowcount == 1


def forget(store: Store, vote_id: int) -> None:
    """Take back a deal that nobody has chosen between: its answers could not be had."""
    with store.write() as session:
        found = session.get(BlindVote, vote_id)
        if found and found.choice is None:
            session.delete(found)
