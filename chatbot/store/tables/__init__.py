"""The tables. Rows come out of the store as these objects, detached and complete."""

from chatbot.store.tables.base import Base, Moment, new_id, now
from chatbot.store.tables.chat import Conversation, Message
from chatbot.store.tables.data import Dataset, Run
from chatbot.store.tables.people import ApiKey, Audit, Invite, LoginAttempt, LoginSession, User
from chatbot.store.tables.settings import LiveModel, Option

__all__ = [
    "ApiKey",
    "Audit",
    "Base",
    "Conversation",
    "Dataset",
    "Invite",
    "LiveModel",
    "LoginAttempt",
    "LoginSession",
    "Message",
    "Moment",
    "new_id",
    "now",
    "Option",
    "Run",
    "User",
]
