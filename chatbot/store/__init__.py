"""The database: what Homegrown knows about people, datasets, runs and conversations.

Tables are in `tables`, every other module holds plain functions that take a `Store` first.
SQLAlchemy stays in this room, Flask stays out of it. Bytes (uploads, models) are files, never rows.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chatbot.store.database import Store

__all__ = ["Store"]


def __getattr__(name: str) -> Any:
    """`Store` when it is asked for: whoever only writes files need not wait half a second for SQLAlchemy."""
    if name == "Store":
        from chatbot.store.database import Store

        return Store
    raise AttributeError(name)
