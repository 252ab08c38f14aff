"""Excel workbooks: the first sheet, its first row the column names. Read row by row, within limits."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from chatbot.data.reading import Table
from chatbot.records import DataError, Message

MOST_ROWS = 1_048_576  # what Excel itself allows
MOST_COLUMNS = 256
MOST_BYTES = 1 << 30  # unpacked


def read_xlsx(name: str, content: bytes) -> Table:
    """Read the first sheet. Raises DataError for a file that is empty, locked, damaged or far too large."""
    if not content:
        raise DataError(Message("%(name)s is empty. Choose a file with dialogues in it.", name=name))
    _check_archive(name, content)
    names, rows = _cells(name, content)
    if not rows:
        raise DataError(Message("The first sheet of %(name)s is empty. Put the dialogues there.", name=name))
    width = max((index + 1 for index, cell in enumerate(rows[0]) if cell), default=0)
    header, *body = [row[:width] for row in rows]
    lines = [number for number, row in enumerate(body, 2) if any(row)]
    table = Table(list(header), [body[number - 2] for number in lines], lines, "XLSX")
    if len(names) > 1:
        table.warnings.append(
            Message("%(name)s has %(n)s sheets; only the first, “%(sheet)s”, is read.", name=name, n=len(names), sheet=names[0])
        )
    return table


def _check_archive(name: str, content: bytes) -> None:
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise DataError(
            Message("%(name)s is locked with a password, or an old .xls. Save it as an unlocked .xlsx and try again.", name=name)
        )
    try:
        unpacked = sum(entry.file_size for entry in zipfile.ZipFile(io.BytesIO(content)).infolist())
    except zipfile.BadZipFile:
        raise DataError(Message("%(name)s is not an Excel file, or it is cut off. Save it again as .xlsx.", name=name)) from None
    if unpacked > MOST_BYTES:
        raise DataError(Message("%(name)s unpacks to more than 1 GB. Split it, or save it as CSV.", name=name))


def _cells(name: str, content: bytes) -> tuple[list[str], list[tuple[str, ...]]]:
    """The names of all sheets, and the first one's cells as text."""
    import openpyxl  # takes 0.3 s to import

    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # the size a file claims to have is not always true
        rows = []
        for row in sheet.iter_rows(max_col=MOST_COLUMNS, values_only=True):
            if len(rows) >= MOST_ROWS:
                raise DataError(Message("%(name)s has more rows than Excel allows. Save it as CSV.", name=name))
            rows.append(tuple(_text(cell) for cell in row))
        return book.sheetnames, rows
    except (KeyError, ValueError, IndexError, TypeError, OSError, zipfile.BadZipFile, SyntaxError) as error:
        raise DataError(
            Message("%(name)s cannot be read as an Excel file (%(error)s). Save it again as .xlsx.", name=name, error=error)
        ) from error


def _text(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell)
