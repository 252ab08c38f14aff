"""JSON and JSONL: objects with the columns as keys, one a line or in one array."""

from __future__ import annotations

import json
import re
from array import array
from typing import Any, Callable, Iterable, Iterator

from chatbot.data.reading import Table
from chatbot.data.source import Source
from chatbot.records import DataError, Message

CHAT = "messages"  # lines with this key keep all their values as they are
HALF_PAIR = re.compile("[\ud800-\udfff]")  # half a surrogate pair, as in "\\ud83d", cannot be written as UTF-8


def read_jsonl(source: Source) -> Table:
    """One object a line. A file with a single line, or an array, is read as a JSON document instead."""
    if _is_array(source):
        return _document(source, "JSON")
    table = _lines(source)
    return _document(source, "JSON") if len(table.rows) == 1 and CHAT not in table.columns else table


def _lines(source: Source) -> Table:
    """One object a line, be it a single one."""
    return _table(source, ((number, _parse(source.name, number, line)) for number, line in _filled(source)))


def read_json(source: Source) -> Table:
    """An array of objects, an object of columns, or, under the wrong name, JSONL."""
    if _is_array(source) or _is_one_object(source):
        return _document(source, "")
    table = _lines(source)
    table.conversion = "JSON"
    return table


def _is_array(source: Source) -> bool:
    return next(line for _, line in _filled(source)).lstrip().startswith("[")


def _is_one_object(source: Source) -> bool:
    try:
        return isinstance(json.loads(source.text()), dict)
    except (ValueError, RecursionError):
        return False


def _document(source: Source, conversion: str) -> Table:
    found = _parse(source.name, 1, source.text())
    if isinstance(found, dict):
        found = _by_rows(source.name, found)
    table = _table(source, enumerate(found, 1))
    table.conversion = conversion
    return table


def _by_rows(name: str, columns: dict[str, Any]) -> list[dict[str, Any]]:
    """{"prompt": [a, b], …}, or with row labels {"prompt": {"0": a, …}, …}, as a list of objects."""
    lists = [list(column.values()) if isinstance(column, dict) else column for column in columns.values()]
    if not lists or not all(isinstance(column, list) for column in lists) or len({len(column) for column in lists}) != 1:
        raise DataError(
            Message("%(name)s holds a single object. A training file needs many: one per line, or an array.", name=name)
        )
    return [dict(zip(columns, cells)) for cells in zip(*lists)]


def _filled(source: Source) -> Iterator[tuple[int, str]]:
    return ((number, line) for number, line in enumerate(source.lines(), 1) if not line.isspace())


def _parse(name: str, line: int, text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        at, reason = line + text.rstrip().count("\n", 0, error.pos), error.msg
    except (ValueError, RecursionError) as error:
        at, reason = line, str(error)
    raise DataError(
        Message("%(name)s is not valid JSON in line %(line)s (%(reason)s). Mend that line and try again.", name=name, line=at, reason=reason)
    )


def _table(source: Source, objects: Iterable[tuple[int, Any]]) -> Table:
    """Rows in the order of the columns, which are collected on the way: most files name the same keys in every line."""
    columns: list[str] = []
    table = Table(columns, [], array("L"))
    known: tuple[str, ...] = ()
    cell: Callable[[Any], Any] = _text
    for line, found in objects:
        if not isinstance(found, dict):
            raise DataError(
                Message("%(name)s: row %(line)s is not an object with named values. Each row must look like %(example)s.",
                        name=source.name, line=line, example='{"prompt": "…", "completion": "…"}')
            )  # fmt: skip
        if tuple(found) != known:
            known = tuple(found)
            columns.extend(key for key in known if key not in columns)
            cell = _raw if CHAT in columns else _text
        table.rows.append(tuple([cell(found.get(key)) for key in columns]))
        table.lines.append(line)  # type: ignore[attr-defined]
    columns[:] = map(_text, columns)
    width = len(columns)
    table.rows = [row if len(row) == width else row + ("",) * (width - len(row)) for row in table.rows]
    return table


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value if value.isascii() else HALF_PAIR.sub("\ufffd", value)
    return "" if value is None else str(value)


def _raw(value: Any) -> Any:
    return "" if value is None else value
