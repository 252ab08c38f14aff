"""iFlytek skills (AIUI, iFLYOS): a ZIP with config.json and a file for each intent. It holds questions only; the answers
come from a program that is not part of the export."""

from __future__ import annotations

from typing import Any, Iterator

from chatbot.data.file import File
from chatbot.data.places import Place
from chatbot.data.reading import Table
from chatbot.data.readers.talks import json_in
from chatbot.records import DataError, Message

SAID = ("text", "utterance", "utterances", "corpus", "query", "sentence", "content", "template", "questions", "value")


def recognises(file: File) -> bool:
    config = _config(file)
    found = json_in(file, config) if config else None
    return isinstance(found, dict) and isinstance(found.get("intents"), dict)


def read(file: File) -> Table:
    """Everything users may say, as questions without answers. Raises DataError when there is nothing."""
    config = _config(file)
    folder = config.rpartition("/")[0]
    names = [name for name in file.archive.ending(".json") if name != config and name.rpartition("/")[0] == folder]
    questions: dict[str, Place] = {}
    for name in names:
        for text in filter(None, map(str.strip, _said(json_in(file, name)))):
            questions.setdefault(text, Place(name, 0))
    if not questions:
        raise DataError(Message("%(name)s is an iFlytek skill without anything that users say.", name=file.name))
    return Table(["question"], [(question,) for question in questions], list(questions.values()))


def _config(file: File) -> str:
    return next(file.archive.ending("config.json"), "")


def _said(value: Any, key: str = SAID[0]) -> Iterator[str]:
    """The keys of these files are not written down anywhere: texts are taken from lists and from the likely keys."""
    if isinstance(value, str) and key in SAID:
        yield value
    elif isinstance(value, list):
        for inner in value:
            yield from _said(inner)
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _said(inner, name)
