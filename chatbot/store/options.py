"""What the admin has set: a few named JSON values."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from chatbot.records import Persona, Sampling
from chatbot.store.database import Store
from chatbot.store.tables import Option


def get(store: Store, key: str, default: Any = None) -> Any:
    with store.read() as session:
        option = session.get(Option, key)
        return option.value if option else default


def put(store: Store, key: str, value: Any) -> None:
    with store.write() as session:
        session.merge(Option(key=key, value=value))


def persona(store: Store) -> Persona | None:
    """The persona the admin has set, if any."""
    value = get(store, "persona")
    return persona_from(value) if value else None


def put_persona(store: Store, persona: Persona) -> None:
    put(store, "persona", persona_to(persona))


def visitors_may_chat(store: Store, default: bool) -> bool:
    return bool(get(store, "visitors", default))


def persona_to(persona: Persona) -> dict[str, Any]:
    """A persona as plain JSON."""
    return json.loads(json.dumps(asdict(persona)))


def persona_from(value: dict[str, Any]) -> Persona:
    """The persona that `persona_to` wrote down."""
    sampling = {name: _sampling(value[name]) for name in ("chat_sampling", "completion_sampling")}
    turns = tuple((human, bot) for human, bot in value["turns"])
    return Persona(**value | sampling | {"turns": turns})


def _sampling(value: dict[str, Any]) -> Sampling:
    return Sampling(**value | {"stop": tuple(value["stop"])})
