"""JSON and JSONL: objects with the columns as keys, one a line or in one array."""

from __future__ import annotations

import json
import re
from array import array
from typing import Any, Callable, Iterable, Iterator

from chatbot.data.blocks import BLOCK
from chatbot.data.file import File
from chatbot.data.json_text import elements, lines_under
from chatbot.data.reading import Rejected, Table, check_columns
from chatbot.data.source import Source
from chatbot.records import DataError, Message

# lines with one of these keys keep all their values as they are
STRUCTURED = {"messages", "conversations", "conversation", "dialog", "dialogue", "turns", "items", "chat", "history", "preferred_output"}
LISTS = ("data", "rows", "examples", "conversations", "dialogs", "dialogues", "items", "records")  # where an object keeps its rows
HALF_PAIR = re.compile("[\ud800-\udfff]")  # half a surrogate pair, as in "\\ud83d", cannot be written as UTF-8
MOST_BROKEN = 0.5  # share of lines that are no objects, from which it is no JSONL at all
NO_OBJECT = Message("it is not an object with named values")


def read_jsonl(file: File) -> Table:
    """One object a line. A file with a single line, or an array, is read as a JSON document instead."""
    source = file.source
    if source.text_begins().startswith("["):
        return _document(file, "JSON")
    table = _lines(source)
    return _document(file, "JSON") if len(table.rows) == 1 and not STRUCTURED & set(table.columns) else table


def read_json(file: File) -> Table:
    """An array of objects, an object of columns, or, under the wrong name, JSONL."""
    if file.source.text_begins().startswith("[") or isinstance(file.document, dict):
        return _document(file, "")
    table = _lines(file.source)
    if table.rejected:
        raise _invalid(file.name, table.rejected[0])
    table.conversion = "JSON"
    return table


def table_of(name: str, objects: Iterable[tuple[int, Any]]) -> Table:
    """Rows in the order of the columns, which are collected on the way: most files name the same keys in every line.
    What is no object is left out."""
    columns: list[str] = []
    table = Table(columns, [], array("L"))
    known: tuple[str, ...] = ()
    cell: Callable[[Any], Any] = _text
    for line, found in objects:
        if isinstance(found, Rejected):
            table.rejected.append(found)
            continue
        if not isinstance(found, dict):
            table.rejected.append(Rejected(line, NO_OBJECT))
            continue
        if tuple(found) != known:
            known = tuple(found)
            check_columns(name, max(len(known), len(columns)))
            columns.extend(key for key in known if key not in columns)
            cell = _raw if STRUCTURED & set(columns) else _text
        table.rows.append(tuple([cell(found.get(key)) for key in columns]))
        table.lines.append(line)  # type: ignore[attr-defined]
    if len(table.rejected) > MOST_BROKEN * (len(table.rows) + len(table.rejected)):
        raise _invalid(name, table.rejected[0])
    columns[:] = map(_text, columns)
    width = len(columns)
    table.rows = [row if len(row) == width else row + ("",) * (width - len(row)) for row in table.rows]
    return table


def _lines(source: Source) -> Table:
    """One object a line, be it a single one."""
    return table_of(source.name, ((number, _parse(number, line)) for number, line in _filled(source)))


def _document(file: File, conversion: str) -> Table:
    text = file.source.text()
    if file.source.text_begins().startswith("["):
        table = table_of(file.name, _elements(file, text))
    elif isinstance(file.document, dict):
        table = table_of(file.name, _by_rows(file.name, file.document, text))
    else:
        raise _invalid(file.name, _parse(1, text))
    table.conversion = conversion
    return table


def _elements(file: File, text: str) -> Iterator[tuple[int, Any]]:
    try:
        for number, (line, found, end) in enumerate(elements(text)):
            if number % BLOCK == 0:
                file.told(end / len(text), number)
            yield line, found
    except (ValueError, RecursionError) as error:
        raise _invalid(file.name, _fault(error, 1, text)) from error


def _by_rows(name: str, found: dict[str, Any], text: str) -> list[tuple[int, dict[str, Any]]]:
    """{"data": [{…}, …]}, {"prompt": [a, b], …}, or with row labels {"prompt": {"0": a, …}, …}, as (line, object)."""
    key = next((key for key in LISTS if isinstance(found.get(key), list)), "")
    if found.get(key) and all(isinstance(row, dict) for row in found[key]):
        return list(zip(lines_under(text, key, len(found[key])), found[key]))
    if isinstance(found.get("messages"), list):
        return [(1, found)]
    lists = [list(column.values()) if isinstance(column, dict) else column for column in found.values()]
    if not lists or not all(isinstance(column, list) for column in lists) or len({len(column) for column in lists}) != 1:
        raise DataError(
            Message("%(name)s holds a single object. A training file needs many: one per line, or an array.", name=name)
        )
    return [(number, dict(zip(found, cells))) for number, cells in enumerate(zip(*lists), 1)]


def _filled(source: Source) -> Iterator[tuple[int, str]]:
    return ((number, line) for number, line in enumerate(source.lines(), 1) if not line.isspace())


def _parse(line: int, text: str) -> Any:
    """The value, or why there is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        return _fault(error, line, text)


def _fault(error: Exception, line: int, text: str) -> Rejected:
    """Why a text that begins on `line` is no JSON."""
    reason = str(error)
    if isinstance(error, json.JSONDecodeError):
        line, reason = line + text.rstrip().count("\n", 0, error.pos), error.msg
    return Rejected(line, Message("it is not valid JSON (%(reason)s)", reason=reason))


def _invalid(name: str, rejected: Rejected) -> DataError:
    return DataError(
        Message("%(name)s cannot be read in line %(line)s: %(reason)s. Mend that line and try again.", name=name, line=rejected.line, reason=rejected.reason)
    )  # fmt: skip


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value if value.isascii() else HALF_PAIR.sub("\ufffd", value)
    return "" if value is None else str(value)


def _raw(value: Any) -> Any:
    return "" if value is None else value
