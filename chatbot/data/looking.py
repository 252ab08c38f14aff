"""The beginning of a file as it would be understood, with everything else it could be: for a person to compare."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import islice
from typing import Iterator

from chatbot.data.file import File, extension_of
from chatbot.data.mapping import Mapping
from chatbot.data.reading import Reading
from chatbot.data.readers import table_of, understood
from chatbot.data.source import CHOICES, likely_encodings
from chatbot.data.transcripts import COLUMNS
from chatbot.records import DataError, Message

BY_LINE = (".csv", ".tsv", ".tab", ".txt", ".log", ".md", ".jsonl", ".ndjson", ".srt", ".vtt", ".ass", ".ssa")
TEXTS = (*BY_LINE, ".json", ".yml", ".yaml")
ENOUGH = 1_000_000  # bytes of a file that is read line by line
WINDOW = 4096  # bytes in which words are looked for
BEFORE = 8  # characters
TELLING = 80  # characters shown of a text in another encoding
MOST_INSIDE = 100  # files of a ZIP that are looked at for their encoding


@dataclass(frozen=True)
class Look:
    """`reading` is what the file is understood as, `error` why it cannot be. `columns` can be chosen from; none for a
    format that has its own. `speakers` are those of a log, with the number of their messages. `encodings` go with what the
    same words look like in each; none for what is plain ASCII. In a ZIP the first is nothing, for what each file is found
    out to be."""

    columns: tuple[str, ...] = ()
    encodings: tuple[tuple[str, str], ...] = ()
    speakers: tuple[tuple[str, int], ...] = ()
    reading: Reading | None = None
    error: Message | None = None


def look(name: str, content: bytes, mapping: Mapping) -> Look:
    """Read the beginning. Never raises for what a person can choose differently."""
    head = _beginning(name, content)
    file, columns = File(name, head, mapping.encoding), ()
    encodings: tuple[tuple[str, str], ...] = ()
    try:
        encodings = next(filter(None, map(_encodings, _texts(file))), ())
        if encodings and extension_of(name) == ".zip":
            encodings = (("", ""), *encodings)
        table = table_of(file)
        if len(head) < len(content):
            table.rejected.clear()  # the last row is cut
        columns = () if table.columns == COLUMNS else tuple(table.columns)
        reading = understood(file, table, mapping)
        return Look(columns, encodings, reading.speakers, reading)
    except DataError as error:
        return Look(columns, encodings, _speakers(file, mapping), None, error.message)


def _speakers(file: File, mapping: Mapping) -> tuple[tuple[str, int], ...]:
    """Whom there is to choose from when the wrong ones were chosen."""
    if not mapping.bots:
        return ()
    try:
        return understood(file, table_of(file), replace(mapping, bots=())).speakers
    except DataError:
        return ()


def _beginning(name: str, content: bytes) -> bytes:
    if extension_of(name) not in BY_LINE or len(content) <= ENOUGH:
        return content
    return content[: content.rfind(b"\n", 0, ENOUGH) + 1] or content[:ENOUGH]


def _texts(file: File) -> Iterator[File]:
    """The file itself, or the first of those in a ZIP, that hold text."""
    if extension_of(file.name) in TEXTS:
        yield file
    elif extension_of(file.name) == ".zip":
        inside = (name for name in file.archive.names if extension_of(name) in TEXTS)
        yield from map(file.inside, islice(inside, MOST_INSIDE))


def _encodings(file: File) -> tuple[tuple[str, str], ...]:
    """Every encoding the file may be in, the likely ones first, with the first words that tell them apart; nothing when
    there is no doubt."""
    content = file.content
    foreign = re.search(rb"[\x80-\xff]|\0", content)
    if not foreign or not _is_doubtful(file):
        return ()
    start = content.rfind(b"\n", 0, foreign.start()) + 1 if foreign.start() > WINDOW else 0
    order = dict.fromkeys([*likely_encodings(content), *CHOICES])
    found = ((encoding, _telling(content[start : start + WINDOW].decode(encoding, "replace"))) for encoding in order)
    return tuple((encoding, words) for encoding, words in found if words.count("\ufffd") < max(1, len(words) // 2))


def _is_doubtful(file: File) -> bool:
    try:
        return bool(File(file.name, file.content).source.warnings)
    except DataError:
        return True


def _telling(text: str) -> str:
    """The first words that are not plain ASCII, with a little of what stands before them."""
    line = next((line for line in text.splitlines() if not line.isascii()), "")
    foreign = next((place for place, sign in enumerate(line) if not sign.isascii()), 0)
    return line[max(0, foreign - BEFORE) :].strip()[:TELLING]
