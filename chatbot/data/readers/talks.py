"""What the files of other bots come to: a log of short conversations between `user` and `bot`."""

from __future__ import annotations

import json
import re
from typing import Any, Iterable, Sequence

from chatbot.data.file import File
from chatbot.data.json_text import elements
from chatbot.data.places import Line
from chatbot.data.reading import Table
from chatbot.data.transcripts import COLUMNS
from chatbot.records import DataError, Message

Talk = list[tuple[str, str]]  # (speaker, text), the speakers being user and bot
PLACE = re.compile(r"\{[A-Za-z_]\w*\}|\$\w[\w.\-]*")


def answered(questions: Iterable[Any], answers: Iterable[Any], before: Sequence[tuple[str, str]] = ()) -> list[Talk]:
    """Each question with one of the answers, in turn, so that all of both are used and none is doubly answered more
    often than there are answers too many."""
    asked, told = _filled(questions), _filled(answers)
    if not asked or not told:
        return []
    return [
        [*before, ("user", asked[number % len(asked)]), ("bot", told[number % len(told)])]
        for number in range(max(len(asked), len(told)))
    ]


def table_of_talks(talks: Iterable[tuple[Line, Talk]]) -> Table:
    """(line, talk) as one row a message, with a warning about places like `{name}` that the bot fills in."""
    table = Table(list(COLUMNS), [], [])
    places: dict[str, None] = {}
    for number, (line, talk) in enumerate(talks):
        for speaker, text in talk:
            table.rows.append((str(number), speaker, text, ""))
            table.lines.append(line)  # type: ignore[attr-defined]
            places |= dict.fromkeys(PLACE.findall(text) if speaker == "bot" else ())
    if places:
        table.warnings.append(
            Message(
                "Some answers have places that the old bot filled in, like %(places)s. They stay as they are: replace them "
                "before you train.",
                places=", ".join(list(places)[:5]),
            )
        )
    return table


def json_in(file: File, name: str) -> Any:
    """A JSON file of an archive. Raises DataError when it is none."""
    try:
        return json.loads(file.inside(name).content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise DataError(
            Message("In %(name)s “%(entry)s” is not valid JSON (%(error)s). Export it again.", name=file.name, entry=name, error=error)
        ) from error


def list_in(file: File, name: str) -> list[tuple[int, Any]]:
    """The elements of a JSON file that is a list, each with its line; none when it is another value. Raises DataError."""
    if not isinstance(json_in(file, name), list):
        return []
    text = file.archive.read(name).decode("utf-8-sig")
    return [(line, element) for line, element, _ in elements(text)]


def nothing_to_learn(file: File, format: str) -> DataError:
    return DataError(
        Message(
            "%(name)s is an export of %(format)s, but no question in it has an answer in text. Answers that a program writes "
            "are not part of such a file.",
            name=file.name,
            format=format,
        )
    )


def dicts(value: Any) -> list[dict[str, Any]]:
    """The objects of a list; nothing when it is none."""
    return [found for found in value if isinstance(found, dict)] if isinstance(value, list) else []


def inner(value: Any, key: str) -> dict[str, Any]:
    """The object under a key; an empty one when there is none."""
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}


def texts(value: Any) -> list[str]:
    """A text, or the texts of a list."""
    found = value if isinstance(value, list) else [value]
    return [text for text in found if isinstance(text, str)]


def _filled(found: Iterable[Any]) -> list[str]:
    return list(dict.fromkeys(text.strip() for text in found if isinstance(text, str) and text.strip()))
