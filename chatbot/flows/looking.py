"""How a dataset's file would be understood: its first dialogues under a mapping that a person tries out.

Done aside, like every reading of a file: within limits, and without holding up the site."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chatbot.data.looking import look as look_at
from chatbot.data.mapping import Mapping
from chatbot.flows import aside
from chatbot.flows.dataset_folder import folder
from chatbot.flows.dataset_source import upload
from chatbot.flows.sentences import message_as_json, message_from_json
from chatbot.records import DataError, Dialogue, Message, Turn
from chatbot.store.tables import Dataset

PATIENCE = 30.0  # seconds
MOST_DIALOGUES, MOST_TURNS, MOST_CHARACTERS, MOST_SPEAKERS = 6, 12, 600, 30


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


def look(made: Path, tell: aside.Tell, path: str, filename: str, mapping: dict[str, Any]) -> dict[str, Any]:
    """The task: read the beginning and tell what a page shows of it."""
    found = look_at(filename, Path(path).read_bytes(), Mapping.from_json(mapping))
    reading = found.reading
    told = {"columns": found.columns, "encodings": found.encodings, "error": found.error and message_as_json(found.error)}
    if reading is None:
        return told | {"kind": "", "encoding": mapping.get("encoding", ""), "mapping": mapping, "speakers": [], "dialogues": [], "warnings": []}
    pairs = [Dialogue((Turn("user", prompt), Turn("assistant", completion))) for prompt, completion in reading.pairs[:MOST_DIALOGUES]]
    return told | {
        "kind": reading.kind,
        "encoding": reading.encoding,
        "mapping": reading.mapping.as_json(),
        "speakers": reading.speakers[:MOST_SPEAKERS],
        "dialogues": [_short(dialogue) for dialogue in reading.dialogues[:MOST_DIALOGUES] or pairs],
        "warnings": [message_as_json(warning) for warning in reading.warnings],
    }


def _short(dialogue: Dialogue) -> dict[str, Any]:
    turns = [(turn.role, turn.text[:MOST_CHARACTERS]) for turn in dialogue.turns[:MOST_TURNS] if turn.text]
    return {"source": dialogue.source, "turns": turns}


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
