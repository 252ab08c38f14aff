"""Dialogflow: exports of ES and CX agents as ZIP."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any, Iterator

from chatbot.data.file import File
from chatbot.data.places import Line, Place
from chatbot.data.reading import Table
from chatbot.data.readers.talks import Talk, answered, dicts, json_in, list_in, nothing_to_learn, table_of_talks, texts

USERSAYS = re.compile(r"(?P<intent>.*)_usersays_(?P<language>[\w-]+)\.json$")
PHRASES = re.compile(r"(?P<folder>(?:.*/)?intents/[^/]+)/trainingPhrases/(?P<language>[\w-]+)\.json$")


def recognises_es(file: File) -> bool:
    return any(map(USERSAYS.match, file.archive.names))


def read_es(file: File) -> Table:
    """Each thing a user says with one of the intent's answers in the same language; a follow-up intent comes after an
    exchange of the one it follows. Raises DataError."""
    intents = {intent["name_in_archive"]: intent for intent in _es_intents(file)}
    by_id = {str(intent.get("id")): intent for intent in intents.values()}
    talks: list[tuple[Line, Talk]] = []
    for name in file.archive.names:
        match = USERSAYS.match(name)
        intent = intents.get(match["intent"]) if match else None
        if match and intent:
            said = {_phrase(said, "data"): line for line, said in list_in(file, name) if isinstance(said, dict)}
            intent["asked"][match["language"]] = said
            intent["files"][match["language"]] = name
    for intent in intents.values():
        for language, asked in intent["asked"].items():
            for talk in answered(asked, _es_answers(intent, language), _before(intent, by_id, language)):
                talks.append((Place(intent["files"][language], asked.get(talk[-2][1], 0)), talk))
    if not talks:
        raise nothing_to_learn(file, "Dialogflow ES")
    return table_of_talks(talks)


def recognises_cx(file: File) -> bool:
    return any(map(PHRASES.match, file.archive.names))


def read_cx(file: File) -> Table:
    """Each training phrase with one of the answers of the routes that its intent takes. Raises DataError."""
    phrases, called, files = _cx_phrases(file)
    answers: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name in file.archive.ending(".json"):
        if "flows/" in name:
            for intent, language, text in _routes(json_in(file, name)):
                answers[called.get(intent, intent), language].append(text)
    talks = [
        (Place(files[intent, language], 0), talk)
        for (intent, language), asked in phrases.items()
        for talk in answered(asked, answers.get((intent, language), []) + answers.get((intent, ""), []))
    ]
    if not talks:
        raise nothing_to_learn(file, "Dialogflow CX")
    return table_of_talks(talks)


def _es_intents(file: File) -> Iterator[dict[str, Any]]:
    for name in file.archive.ending(".json"):
        if "intents/" in name and not USERSAYS.match(name):
            intent = json_in(file, name)
            if isinstance(intent, dict):
                yield intent | {"name_in_archive": name.removesuffix(".json"), "asked": {}, "files": {}}


def _es_answers(intent: dict[str, Any], language: str) -> list[str]:
    messages = [message for response in dicts(intent.get("responses")) for message in dicts(response.get("messages"))]
    spoken = [message for message in messages if str(message.get("type", "0")) == "0" and message.get("lang", language) == language]
    return [text for message in spoken for text in texts(message.get("speech"))]


def _before(intent: dict[str, Any], by_id: dict[Any, dict[str, Any]], language: str) -> Talk:
    parent = by_id.get(str(intent.get("parentId")))
    if not parent or parent is intent:
        return []
    return next(iter(answered(parent["asked"].get(language, ()), _es_answers(parent, language))), [])


def _cx_phrases(file: File) -> tuple[dict[tuple[str, str], list[str]], dict[str, str], dict[tuple[str, str], str]]:
    """(folder of the intent, language) → phrases, every name of an intent → its folder, and the file of each phrases."""
    phrases, called, files = {}, {}, {}
    for name in file.archive.names:
        match = PHRASES.match(name)
        if match:
            found = json_in(file, name)
            said = dicts(found.get("trainingPhrases")) if isinstance(found, dict) else []
            phrases[match["folder"], match["language"]] = [_phrase(one, "parts") for one in said]
            files[match["folder"], match["language"]] = name
            called[match["folder"].rpartition("/")[2]] = match["folder"]
    folders = set(called.values())
    for name in file.archive.ending(".json"):
        folder = name.rpartition("/")[0]
        if folder in folders:
            intent = json_in(file, name)
            called |= {str(intent.get(key)): folder for key in ("name", "displayName") if isinstance(intent, dict)}
    return phrases, called, files


def _routes(value: Any) -> Iterator[tuple[str, str, str]]:
    """(intent, language or nothing, answer) of every route, however deep it lies."""
    if isinstance(value, dict):
        fulfilment = value.get("triggerFulfillment")
        if isinstance(value.get("intent"), str) and isinstance(fulfilment, dict):
            for message in dicts(fulfilment.get("messages")):
                text = message.get("text")
                for spoken in texts(text.get("text")) if isinstance(text, dict) else ():
                    yield value["intent"].rpartition("/")[2], str(message.get("languageCode", "")), spoken
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _routes(inner)


def _phrase(said: dict[str, Any], parts: str) -> str:
    """A phrase is cut where a parameter begins and ends."""
    return "".join(str(part.get("text", "")) for part in dicts(said.get(parts))).strip()
