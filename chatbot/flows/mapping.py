"""How a dataset's file would be understood: its first dialogues under a mapping that a person tries out.

Done aside, like every reading of a file: within limits, and without holding up the site."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chatbot.data.mapping import Mapping
from chatbot.flows import aside
from chatbot.flows.dataset_folder import folder
from chatbot.flows.dataset_source import upload
from chatbot.flows.sentences import message_from_json
from chatbot.records import DataError, Dialogue, Message, Turn
from chatbot.store.tables import Dataset

PATIENCE = 30.0  # seconds


@dataclass(frozen=True)
class Preview:
    """The choices there are, how the file is understood now, and the first dialogues; or why there are none."""

    columns: list[str]
    encodings: list[tuple[str, str]]
    kind: str
    encoding: str
    mapping: Mapping
    speakers: list[tuple[str, int]]
    dialogues: list[Dialogue]
    warnings: list[Message]
    error: Message | None


def preview(house: Any, dataset: Dataset, mapping: Mapping) -> Preview:
    """Look at the dataset's file with this mapping. Raises DataError when it is gone or takes too long."""
    place = folder(house, dataset.id) / f"looking-{secrets.token_hex(8)}"
    limits = aside.Limits(house.settings.reading_memory_mb, int(PATIENCE))
    source = upload(house, dataset, mapping)
    if not Path(source["path"]).exists():
        text = "The files of “%(name)s” are gone from the disk. Delete the dataset and upload them again."
        raise DataError(Message(text, name=dataset.name))
    arguments = {key: source[key] for key in ("path", "filename", "mapping")}
    aside.begin(place, "chatbot.flows.looking:look", arguments, limits)
    try:
        work = aside.wait(place, PATIENCE)
    finally:
        aside.cancel(place)
    if work is None or work.state == "running":
        raise DataError(Message("The file takes too long to be looked at. Try again in a moment."))
    if work.error:
        raise DataError(work.error)
    return _from_json(work.result)


def _from_json(told: dict[str, Any]) -> Preview:
    dialogues = [Dialogue(tuple(Turn(*turn) for turn in dialogue["turns"]), dialogue["source"]) for dialogue in told["dialogues"]]
    return Preview(
        **told
        | {
            "mapping": Mapping.from_json(told["mapping"]),
            "dialogues": dialogues,
            "warnings": list(map(message_from_json, told["warnings"])),
            "error": told["error"] and message_from_json(told["error"]),
        }
    )
