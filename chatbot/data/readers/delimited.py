"""CSV and TSV: delimiter and header are found out; rows that do not fit are mended or rejected."""

from __future__ import annotations

import csv
import sys
from array import array
from collections import Counter
from itertools import islice
from typing import Any, Iterator, Sequence

from chatbot.data.columns import has_header, is_familiar
from chatbot.data.file import File
from chatbot.data.reading import MOST_COLUMNS, Rejected, Table, check_columns
from chatbot.data.source import Source
from chatbot.records import DataError, Message

DELIMITERS = (",", "\t", ";", "|")
LOOKED_AT = 50  # rows, to find the delimiter
MOST_BROKEN = 100  # rows with unmatched quotation marks, after which the file is refused
UNMATCHED = Message("its quotation marks do not match; close the text there, and double every mark that is part of it")
Numbered = tuple[int, list[str]]  # the line a row begins on, and its cells

csv.field_size_limit(min(sys.maxsize, 2**31 - 1))  # the default refuses cells over 128 kB


def read_csv(file: File) -> Table:
    return read(file.source, ",", "CSV")


def read_tsv(file: File) -> Table:
    return read(file.source, "\t", "TSV")


def read(source: Source, usual: str, conversion: str) -> Table:
    """A table with the delimiter that fits best, `usual` if several do."""
    delimiter = _delimiter(source, usual)
    rejected: list[Rejected] = []
    rows = _rows(source, delimiter, rejected)
    table = Table(_header(source.name, rows, rejected), [], array("L"), conversion, rejected=rejected)
    if not is_header_there(source, delimiter):
        table.warnings.append(Message("The first row does not look like column names, so it is read as data."))
        table.columns, rows = _numbered(table.columns), _rows(source, delimiter, rejected)
    mended = sum(_add(table, line, row, delimiter) for line, row in rows)
    if mended:
        table.warnings.append(
            Message("Rows with “%(sign)s” outside quotation marks: %(n)s. It was taken as part of the text.", sign=delimiter, n=mended)
        )
    return table


def header(source: Source) -> list[str]:
    """The cells of the first row of a CSV, found without reading the others."""
    return next(iter(_head(source, _delimiter(source, ","), 1)), [])


def is_header_there(source: Source, delimiter: str) -> bool:
    first, *others = [*_head(source, delimiter, 2)] or [[]]
    return not others or has_header(first, others[0])


def _header(name: str, rows: Iterator[Numbered], rejected: Sequence[Rejected]) -> list[str]:
    """Column names; a repeated one gets a number, so that the first keeps its meaning."""
    _, header = next(rows, (1, []))
    if rejected:
        raise DataError(
            Message("%(name)s, line %(line)s: %(reason)s.", name=name, line=rejected[0].line, reason=rejected[0].reason)
        )
    check_columns(name, len(header))
    seen: dict[str, int] = {}
    names = []
    for column in header:
        count = seen[column] = seen.get(column, -1) + 1
        names.append(f"{column}.{count}" if count else column)
    return names


def _numbered(columns: Sequence[str]) -> list[str]:
    return ["Text"] if len(columns) == 1 else [f"Column {number}" for number in range(1, len(columns) + 1)]


def _rows(source: Source, delimiter: str, rejected: list[Rejected]) -> Iterator[Numbered]:
    """Every row that is not blank. After one whose quotation marks do not match, reading goes on in the next line."""
    start = 0
    while True:
        line = start + 1
        # strict: otherwise an unclosed quotation mark swallows rows in silence
        reader = csv.reader(islice(source.lines(newline=""), start, None), delimiter=delimiter, strict=True)
        try:
            for row in reader:
                if row:
                    yield line, row
                line = start + reader.line_num + 1
            return
        except csv.Error:
            rejected.append(Rejected(line, UNMATCHED))
            start = line
        if len(rejected) > MOST_BROKEN:
            raise DataError(
                Message(
                    "%(name)s: in more than %(n)s rows the quotation marks do not match, first in line %(line)s. "
                    "Save it again with every text in quotation marks.",
                    name=source.name,
                    n=MOST_BROKEN,
                    line=rejected[0].line,
                )
            )


def _delimiter(source: Source, usual: str) -> str:
    """The delimiter that makes familiar column names of the header, else the one that cuts most rows into the same
    number of columns."""

    def fitness(delimiter: str) -> tuple[Any, ...]:
        rows = _head(source, delimiter, LOOKED_AT)
        widths = Counter(map(len, rows))
        width, times = widths.most_common(1)[0]
        familiar = sum(map(is_familiar, rows[0][:MOST_COLUMNS]))
        even = width > 1 and times >= 0.9 * len(rows)
        return familiar, even and not familiar, width if even else len(rows[0]) if familiar else 0, delimiter == usual

    return max(DELIMITERS, key=fitness)


def _head(source: Source, delimiter: str, count: int) -> list[list[str]]:
    """The first rows, read leniently."""
    reader = csv.reader((line for line in source.lines(newline="") if line.strip()), delimiter=delimiter)
    return list(islice(reader, count))


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
