"""A conversation as a file to keep: Markdown, plain text or JSON. Pure: messages in, text out."""

from __future__ import annotations

import json
from typing import Callable, Sequence

from chatbot.store.tables import Message

KEPT = ("role", "content", "model", "status", "sources")
Names = dict[str, str]  # role → how that side is called


def markdown(title: str, names: Names, messages: Sequence[Message]) -> str:
    return "\n\n".join([f"# {title}", *(f"**{names[said.role]}**\n\n{said.content}" for said in messages)]) + "\n"


def text(title: str, names: Names, messages: Sequence[Message]) -> str:
    return "\n\n".join([title, *(f"{names[said.role]}: {said.content}" for said in messages)]) + "\n"


def as_json(title: str, names: Names, messages: Sequence[Message]) -> str:
    """The messages in the form of the OpenAI API, with when, by which model, from which sources, and how each ended."""
    told = [{name: getattr(said, name) for name in KEPT} | {"created_at": said.created_at.isoformat()} for said in messages]
    return json.dumps({"title": title, "names": names, "messages": told}, ensure_ascii=False, indent=2) + "\n"


KINDS: dict[str, Callable[[str, Names, Sequence[Message]], str]] = {"md": markdown, "txt": text, "json": as_json}
