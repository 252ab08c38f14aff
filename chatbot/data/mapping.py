"""How a file is to be understood: its encoding, which column is what, and who the bot is."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal

Speaker = Literal["bot", "human"]
COLUMNS = ("question", "answer", "speaker", "text", "conversation", "time")


@dataclass(frozen=True)
class Mapping:
    """What is empty is found out; what is filled was said by a person, or, in a `Reading`, is what was found out.

    `question` … `time` are names of columns: either a question with its answer in each row, or a text with its speaker
    (and which conversation it belongs to), or texts alone, taking turns from `first_speaker` on. `bots` are the
    speakers whose words are learnt."""

    encoding: str = ""
    first_speaker: Speaker | None = None
    question: str = ""
    answer: str = ""
    speaker: str = ""
    text: str = ""
    conversation: str = ""
    time: str = ""
    bots: tuple[str, ...] = ()

    def columns(self) -> dict[str, str]:
        """The columns that are filled, like {"question": "Frage"}."""
        return {part: getattr(self, part) for part in COLUMNS if getattr(self, part)}

    def with_found(self, **found: Any) -> Mapping:
        """What was found out, where nothing was said."""
        return replace(self, **{name: value for name, value in found.items() if not getattr(self, name)})

    def as_json(self) -> dict[str, Any]:
        """Only what is filled."""
        return {name: list(value) if name == "bots" else value for name, value in asdict(self).items() if value}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Mapping:
        known = {field.name for field in fields(cls)}
        return cls(**{name: tuple(found) if name == "bots" else found for name, found in value.items() if name in known})
