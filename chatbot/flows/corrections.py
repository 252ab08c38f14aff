"""The story of a correction: a better answer is accepted and becomes an example of the next dataset."""

from __future__ import annotations

from typing import Any, Sequence

from chatbot.data.examples import to_jsonl
from chatbot.records import DataError, Example, Message, Turn
from chatbot.store import conversations, corrections
from chatbot.store.corrections import Correction
from chatbot.store.tables import Message as Said


def example_of(house: Any, correction: Correction) -> Example:
    """What was asked, with everything said before it, and the corrected answer."""
    *before, asked, _answer = conversations.path(house.store, correction.answer.conversation_id, correction.answer.id)
    history = tuple(_turn(said) for said in before if said.content)
    return Example(asked.content, correction.feedback.correction, history, f"correction {correction.feedback.id}")


def as_file(house: Any, accepted: Sequence[Correction]) -> bytes:
    """A chat file of the accepted corrections. Raises DataError when there is none."""
    if not accepted:
        raise DataError(Message("No correction is accepted yet."))
    return b"".join(to_jsonl([example_of(house, each) for each in accepted], "chat"))


def mark_used(house: Any, accepted: Sequence[Correction]) -> None:
    corrections.mark_used(house.store, [each.feedback.id for each in accepted])


def _turn(said: Said) -> Turn:
    return Turn("user" if said.role == "user" else "assistant", said.content)
