"""CSV and TSV: the delimiter is found out from the header; rows that do not fit it are mended or rejected."""

from __future__ import annotations

import csv
import sys
from array import array
from typing import Any, Iterator

from chatbot.data.reading import Rejected, Table
from chatbot.data.source import Source
from chatbot.records import DataError, Message

DELIMITERS = (",", "\t", ";", "|")
FAMILIAR = {"prompt", "completion", "text", "messages"}

csv.field_size_limit(min(sys.maxsize, 2**31 - 1))  # the default refuses cells over 128 kB


def read_csv(source: Source) -> Table:
    return _read(source, ",", "CSV")


def read_tsv(source: Source) -> Table:
    return _read(source, "\t", "TSV")


def _read(source: Source, usual: str, conversion: str) -> Table:
    delimiter = _delimiter(source, usual)
    rows = _rows(source, delimiter)
    _, header = next(rows)
    table = Table(_unique(header), [], array("L"), conversion)
    mended = sum(_add(table, line, row, delimiter) for line, row in rows)
    if mended:
        table.warnings.append(
            Message("Rows with “%(sign)s” outside quotation marks: %(n)s. It was taken as part of the text.", sign=delimiter, n=mended)
        )
    return table


def _rows(source: Source, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """(line it begins on, cells) of every row that is not blank."""
    # strict: otherwise an unclosed quotation mark swallows rows in silence, and question and answer change places
    reader = csv.reader(source.lines(newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for row in reader:
            if row:
                yield line, row
            line = reader.line_num + 1
    except csv.Error as error:
        raise DataError(
            Message(
                "%(name)s: the quotation marks in the row that begins in line %(line)s do not match. "
                "Close the text there, and double every mark that is part of it.",
                name=source.name,
                line=line,
            )
        ) from error


def _delimiter(source: Source, usual: str) -> str:
    """The delimiter that makes familiar column names of the header, else the one that makes most columns."""
    header = next(line for line in source.lines(newline="") if line.strip())

    def fitness(delimiter: str) -> tuple[Any, ...]:
        cells = next(csv.reader([header], delimiter=delimiter))
        return sum(cell.strip().lower() in FAMILIAR for cell in cells), len(cells), delimiter == usual

    return max(DELIMITERS, key=fitness)


def _add(table: Table, line: int, row: list[str], delimiter: str) -> bool:
    """Add a row to the table. Returns whether it had to be mended."""
    width = len(table.columns)
    while len(row) > width and not row[-1]:
        row.pop()
    mended = len(row) > width == 1
    if mended:
        row = [delimiter.join(row)]
    if len(row) > width:
        table.rejected.append(
            Rejected(line, Message("%(n)s cells where the header has %(width)s", n=len(row), width=width))
        )
        return False
    table.rows.append(tuple(row + [""] * (width - len(row))))
    table.lines.append(line)  # type: ignore[attr-defined]
    return mended


def _unique(header: list[str]) -> list[str]:
    """Column names; a repeated one gets a number, so that the first keeps its meaning."""
    seen: dict[str, int] = {}
    names = []
    for name in header:
        count = seen[name] = seen.get(name, -1) + 1
        names.append(f"{name}.{count}" if count else name)
    return names
