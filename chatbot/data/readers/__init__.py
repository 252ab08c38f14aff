"""Readers, one small file each. A file is read by the first in this table that knows its extension and recognises it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Callable

from chatbot.data.blocks import Walked
from chatbot.data.file import File, extension_of
from chatbot.data.mapping import Mapping
from chatbot.data.reading import Reading, Table
from chatbot.data.readers import (
    delimited,
    dialogflow,
    excel,
    iflytek,
    json_lines,
    lex,
    logs,
    parquet,
    plain,
    rasa,
    several,
    slack,
    subtitles,
    telegram,
    wechat_dialog,
)
from chatbot.data.shape import shape
from chatbot.data.source import Told, nobody
from chatbot.records import DataError, Message


@dataclass(frozen=True)
class Reader:
    """A format: what it is called, the extensions it comes with, how it is recognised among those, how it is read."""

    name: str
    extensions: tuple[str, ...]
    recognises: Callable[[File], bool]
    read: Callable[[File], Table]


def always(file: File) -> bool:
    return True


READERS = (
    Reader("Excel", (".xlsx", ".xlsm"), always, excel.read_xlsx),
    Reader("Parquet", (".parquet",), always, parquet.read_parquet),
    Reader("WeChat dialog platform", (".csv", ".json"), wechat_dialog.recognises, wechat_dialog.read),
    Reader("CSV", (".csv",), always, delimited.read_csv),
    Reader("TSV", (".tsv", ".tab"), always, delimited.read_tsv),
    Reader("Telegram", (".json",), telegram.recognises, telegram.read),
    Reader("Slack", (".json",), slack.recognises, slack.read),
    Reader("Amazon Lex V1", (".json",), lex.recognises_v1, lex.read_v1),
    Reader("JSON", (".json",), always, json_lines.read_json),
    Reader("JSONL", (".jsonl", ".ndjson"), always, json_lines.read_jsonl),
    Reader("Rasa", (".yml", ".yaml"), always, rasa.read),
    Reader("WhatsApp, WeChat and other chat logs", (".txt", ".log", ".md"), logs.recognises, logs.read),
    Reader("Lines of text", (".txt",), always, plain.read_txt),
    Reader("Subtitles", (".srt", ".vtt", ".ass", ".ssa"), always, subtitles.read),
    Reader("Slack export", (".zip",), slack.recognises_export, slack.read_export),
    Reader("Rasa folder", (".zip",), rasa.recognises_folder, rasa.read_folder),
    Reader("Dialogflow ES", (".zip",), dialogflow.recognises_es, dialogflow.read_es),
    Reader("Dialogflow CX", (".zip",), dialogflow.recognises_cx, dialogflow.read_cx),
    Reader("Amazon Lex V2", (".zip",), lex.recognises_v2, lex.read_v2),
    Reader("Amazon Lex V1", (".zip",), lex.recognises_v1_zip, lex.read_v1_zip),
    Reader("iFlytek skill", (".zip",), iflytek.recognises, iflytek.read),
)
EXTENSIONS = tuple(dict.fromkeys(extension for reader in READERS for extension in reader.extensions))


def read(name: str, content: bytes, mapping: Mapping = Mapping(), told: Told = nobody) -> Reading:
    """Read a file of any known format, understood as `mapping` says; `told` hears how far this is. Raises DataError with
    one sentence that says what to do."""
    file = File(name, content, mapping.encoding, lambda share, rows: told(share / 2, rows))
    table = table_of(file)
    lines = table.lines
    table.lines = Walked(lines, lambda walks, rows: told(min(1, 0.5 + walks / 2), rows))
    reading = understood(file, table, mapping)
    return replace(reading, lines=lines) if reading.lines is table.lines else reading


def understood(file: File, table: Table, mapping: Mapping) -> Reading:
    """The table that `file` turned out to be, as `mapping` says. Raises DataError."""
    reading = shape(file.name, table, mapping)
    if extension_of(file.name) == ".zip" and file.archive.unsafe:
        reading = reading.with_warning(
            Message("Files with unsafe names in %(name)s, left out: %(n)s.", name=file.name, n=file.archive.unsafe)
        )
    source = file.source_if_read
    if source is None:  # a ZIP, whose files may have one each, or no text
        return replace(reading, encoding=mapping.encoding)
    found = reading.mapping.with_found(encoding=source.encoding)
    return replace(reading, encoding=source.encoding, mapping=found, warnings=(*source.warnings, *reading.warnings))


def table_of(file: File) -> Table:
    """A file as a table, by the first reader that recognises it. Raises DataError."""
    extension = extension_of(file.name)
    if extension not in EXTENSIONS:
        raise DataError(
            Message(
                "%(name)s has a format that cannot be read. Save it as one of %(formats)s and try again.",
                name=file.name,
                formats=", ".join(EXTENSIONS),
            )
        )
    for reader in READERS:
        if extension in reader.extensions and reader.recognises(file):
            return reader.read(file)
    if extension == ".zip":
        return several.read(file, table_of)
    raise DataError(
        Message(
            "In %(name)s nobody is named who speaks. Begin each line with a name and a colon, or save a table as CSV.", name=file.name
        )
    )
