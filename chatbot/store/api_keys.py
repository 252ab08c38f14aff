"""API keys for `/v1`: only their hashes are kept."""

from __future__ import annotations

import secrets

from sqlalchemy import select, update

from chatbot.store.database import Store
from chatbot.store.tables import ApiKey, now
from chatbot.store.users import digest


def create(store: Store, name: str) -> str:
    """Make a key and return it: the only time it can be seen."""
    key = f"sk-{secrets.token_urlsafe(32)}"
    with store.write() as session:
        session.add(ApiKey(name=name[:100], key_hash=digest(key), last4=key[-4:]))
    return key


def is_valid(store: Store, key: str) -> bool:
    # The look-up is by hash, so its time tells nothing about how much of a guess was right.
    with store.read() as session:
        found = session.scalar(select(ApiKey).where(ApiKey.key_hash == digest(key)))
        return found is not None and found.revoked_at is None


def any_valid(store: Store) -> bool:
    """Whether any key opens `/v1` at all."""
    return any(not key.revoked_at for key in every(store))


def every(store: Store) -> list[ApiKey]:
    with store.read() as session:
        return list(session.scalars(select(ApiKey).order_by(ApiKey.id)))


def revoke(store: Store, key_id: int) -> None:
    with store.write() as session:
        session.execute(update(ApiKey).where(ApiKey.id == key_id).values(revoked_at=now()))
