"""The database: what Homegrown knows about people, datasets, runs and conversations.

Tables are in `tables`, every other module holds plain functions that take a `Store` first.
SQLAlchemy stays in this room, Flask stays out of it. Bytes (uploads, models) are files, never rows.
"""

from chatbot.store.database import Store

__all__ = ["Store"]
