"""The work behind `mapping`: the beginning of a file under a mapping, as what a page shows of it.

A file of its own, so that the process that does it imports little and is quick."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from chatbot.data.looking import look as look_at
from chatbot.data.mapping import Mapping
from chatbot.data.places import told
from chatbot.data.reading import Reading
from chatbot.flows.aside import Tell
from chatbot.flows.sentences import message_as_json
from chatbot.records import Dialogue, Message, Turn

MOST_DIALOGUES, MOST_TURNS, MOST_CHARACTERS, MOST_SPEAKERS = 6, 12, 600, 30


def look(made: Path, tell: Tell, path: str, filename: str, mapping: dict[str, Any]) -> dict[str, Any]:
    """The task: read the beginning and tell what a page shows of it."""
    found = look_at(filename, Path(path).read_bytes(), Mapping.from_json(mapping))
    reading = found.reading
    common = {
        "columns": found.columns,
        "encodings": found.encodings,
        "speakers": found.speakers[:MOST_SPEAKERS],
        "error": found.error and message_as_json(found.error),
    }
    if reading is None:
        return common | {"kind": "", "encoding": mapping.get("encoding", ""), "mapping": mapping, "dialogues": [], "warnings": []}
    pairs = [Dialogue((Turn("user", prompt), Turn("assistant", completion))) for prompt, completion in reading.pairs[:MOST_DIALOGUES]]
    return common | {
        "kind": reading.kind,
        "encoding": reading.encoding,
        "mapping": reading.mapping.as_json(),
        "dialogues": [_short(dialogue) for dialogue in reading.dialogues[:MOST_DIALOGUES] or pairs],
        "warnings": [message_as_json(warning) for warning in (*reading.warnings, *_left_out(reading))],
    }


def _left_out(reading: Reading) -> list[Message]:
    """Rows left out, which a page on the whole file lists one by one."""
    if not reading.rejected:
        return []
    first = reading.rejected[0]
    text = "Rows left out: %(n)s. The first is in line %(line)s: %(reason)s."
    return [Message(text, n=len(reading.rejected), line=told(first.line), reason=first.reason)]


def _short(dialogue: Dialogue) -> dict[str, Any]:
    turns = [(turn.role, turn.text[:MOST_CHARACTERS]) for turn in dialogue.turns[:MOST_TURNS] if turn.text]
    return {"source": dialogue.source, "turns": turns}
