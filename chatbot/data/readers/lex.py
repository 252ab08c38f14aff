"""Amazon Lex: exports of V1 (one JSON, bare or in a ZIP) and V2 (a ZIP of folders)."""

from __future__ import annotations

import re
from typing import Any, Iterable, Iterator

from chatbot.data.file import File
from chatbot.data.places import Line, Place
from chatbot.data.reading import Table
from chatbot.data.readers.talks import Talk, answered, dicts, inner, json_in, nothing_to_learn, table_of_talks, texts

TAG = re.compile(r"<[^<>]{1,300}>")
Slot = tuple[str, list[str]]  # its name, and the questions that ask for it


def recognises_v1(file: File) -> bool:
    return _is_v1(file.document) if b"sampleUtterances" in file.content else False


def read_v1(file: File) -> Table:
    """Raises DataError when no intent has an answer."""
    return _table(file, ((Place(file.name, 0), talk) for talk in _v1_talks(file.document)), "Amazon Lex V1")


def recognises_v1_zip(file: File) -> bool:
    return any(b"sampleUtterances" in file.archive.read(name) and _is_v1(json_in(file, name)) for name in file.archive.ending(".json"))


def read_v1_zip(file: File) -> Table:
    found = ((name, json_in(file, name)) for name in file.archive.ending(".json"))
    return _table(file, ((Place(name, 0), talk) for name, one in found if _is_v1(one) for talk in _v1_talks(one)), "Amazon Lex V1")


def recognises_v2(file: File) -> bool:
    return any("/botlocales/" in name.lower() for name in file.archive.names)


def read_v2(file: File) -> Table:
    """All intents of all locales. Raises DataError when none has an answer."""
    return _table(file, _v2_talks(file), "Amazon Lex V2")


def _table(file: File, talks: Iterable[tuple[Line, Talk]], format: str) -> Table:
    table = table_of_talks(talks)
    if not table.rows:
        raise nothing_to_learn(file, format)
    return table


def _is_v1(found: Any) -> bool:
    return isinstance(found, dict) and isinstance(found.get("resource"), dict) and "metadata" in found


def _v1_talks(found: dict[str, Any]) -> Iterator[Talk]:
    """A bot holds intents; an intent can be exported alone."""
    for intent in dicts(found["resource"].get("intents")) or [found["resource"]]:
        slots = [
            (str(slot.get("name")), _v1_texts(slot.get("valueElicitationPrompt")))
            for slot in sorted(dicts(intent.get("slots")), key=lambda slot: str(slot.get("priority")).zfill(4))
            if slot.get("slotConstraint") == "Required"
        ]
        yield from _talks(texts(intent.get("sampleUtterances")), slots, _v1_texts(intent.get("conclusionStatement")))


def _talks(asked: list[str], slots: list[Slot], closing: list[str]) -> Iterator[Talk]:
    """Who leaves out what must be known is asked for it; else comes the intent's last word."""
    for number, question in enumerate(asked):
        missing = next((prompts for name, prompts in slots if f"{{{name}}}" not in question and prompts), [])
        answers = missing or closing
        if answers:
            yield from answered([question], [answers[number % len(answers)]])


def _v1_texts(statement: Any) -> list[str]:
    messages = dicts(statement.get("messages")) if isinstance(statement, dict) else []
    return [_plain(message.get("content")) for message in messages if message.get("contentType") != "CustomPayload"]


def _v2_talks(file: File) -> Iterator[tuple[Line, Talk]]:
    for name in file.archive.ending("/intent.json"):
        intent, folder = json_in(file, name), name.rpartition("/")[0]
        if not isinstance(intent, dict):
            continue
        order = [priority.get("slotName") for priority in dicts(intent.get("slotPriorities"))]
        slots = [_v2_slot(json_in(file, slot)) for slot in file.archive.ending("/slot.json") if slot.startswith(f"{folder}/")]
        slots.sort(key=lambda slot: order.index(slot[0]) if slot[0] in order else len(order))
        asked = [str(said.get("utterance", "")) for said in dicts(intent.get("sampleUtterances"))]
        yield from ((Place(name, 0), talk) for talk in _talks(asked, slots, _closing(intent)))


def _v2_slot(slot: Any) -> Slot:
    setting = inner(slot, "slotValueElicitationSetting") or inner(slot, "valueElicitationSetting")
    is_required = setting.get("slotConstraint") != "Optional"
    name = str(slot.get("name") or slot.get("slotName")) if isinstance(slot, dict) else ""
    return name, _v2_texts(setting.get("promptSpecification")) if is_required else []


def _closing(intent: dict[str, Any]) -> list[str]:
    """The closing response, else what is said after fulfilment, else the initial response."""
    hook = inner(inner(intent, "fulfillmentCodeHook"), "postFulfillmentStatusSpecification")
    found = (
        inner(intent, "intentClosingSetting").get("closingResponse"),
        hook.get("successResponse"),
        inner(intent, "initialResponseSetting").get("initialResponse"),
    )
    return next((said for said in map(_v2_texts, found) if said), [])


def _v2_texts(response: Any) -> list[str]:
    response = response if isinstance(response, dict) else {}
    groups = dicts(response.get("messageGroupList") or response.get("messageGroupsList"))
    messages = [message for group in groups for message in (group.get("message"), *dicts(group.get("variations")))]
    return [text for message in messages if isinstance(message, dict) and (text := _v2_text(message))]


def _v2_text(message: dict[str, Any]) -> str:
    return _plain((inner(message, "plainTextMessage") or inner(message, "ssmlMessage")).get("value"))


def _plain(text: Any) -> str:
    """Without the tags of SSML."""
    return TAG.sub("", text).strip() if isinstance(text, str) else ""
