"""The tables. Rows come out of the store as these objects, detached and complete."""

from chatbot.store.tables.base import Base, Moment, new_id, now
from chatbot.store.tables.chat import Conversation, Feedback, Handover, Message
from chatbot.store.tables.console import Batch, BlindTest, BlindVote, TestQuestion
from chatbot.store.tables.data import Dataset, DatasetStep, DatasetVersion, Run
from chatbot.store.tables.evaluation import Evaluation
from chatbot.store.tables.people import ApiKey, Audit, Invite, LoginAttempt, LoginSession, User
from chatbot.store.tables.settings import LiveModel, Option

__all__ = [
    "ApiKey",
    "Audit",
    "Base",
    "Batch",
    "BlindTest",
    "BlindVote",
    "Conversation",
    "Dataset",
    "DatasetStep",
    "DatasetVersion",
    "Evaluation",
    "Feedback",
    "Handover",
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
    "TestQuestion",
    "User",
]
