"""Excel workbooks: the first sheet, its first row the column names. Read row by row, within limits."""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import Any, Iterator

from chatbot.data.blocks import BLOCK
from chatbot.data.columns import has_header
from chatbot.data.file import File
from chatbot.data.reading import Table
from chatbot.records import DataError, Message

MOST_ROWS = 1_048_576  # what Excel itself allows
MOST_COLUMNS = 256
MOST_BYTES = 1 << 30  # unpacked
DEEPEST_RATIO = 200  # unpacked bytes per packed byte; texts pack to a tenth, bombs to a thousandth
Row = tuple[str, ...]


def read_xlsx(file: File) -> Table:
    """Read the first sheet. Raises DataError for a file that is empty, locked, damaged or far too large."""
    name, content = file.name, file.content
    if not content:
        raise DataError(Message("%(name)s is empty. Choose a file with dialogues in it.", name=name))
    has_formulas = _check_archive(name, content)
    sheets, rows = _cells(file)
    if not rows:
        raise DataError(Message("The first sheet of %(name)s is empty. Put the dialogues there.", name=name))
    table = _table(rows)
    if len(sheets) > 1:
        table.warnings.append(
            Message("%(name)s has %(n)s sheets; only the first, “%(sheet)s”, is read.", name=name, n=len(sheets), sheet=sheets[0])
        )
    if has_formulas:
        table.warnings.append(
            Message("%(name)s has formulas: the values Excel calculated last are read, and cells without one are empty.", name=name)
        )
    return table


def _table(rows: list[tuple[int, Row]]) -> Table:
    (_, first), *body = rows
    width = max((index + 1 for index, cell in enumerate(first) if cell), default=0)
    header = list(first[:width])
    warnings = []
    if body and not has_header(header, body[0][1][:width]):
        warnings.append(Message("The first row does not look like column names, so it is read as data."))
        header, body = ["Text"] if width == 1 else [f"Column {n}" for n in range(1, width + 1)], rows
    return Table(header, [row[:width] + ("",) * (width - len(row)) for _, row in body], [line for line, _ in body], "XLSX", warnings)


def _check_archive(name: str, content: bytes) -> bool:
    """Whether the first sheet has formulas. Raises DataError for what is no workbook, locked, or a bomb."""
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise DataError(
            Message("%(name)s is locked with a password, or an old .xls. Save it as an unlocked .xlsx and try again.", name=name)
        )
    try:
        book = zipfile.ZipFile(io.BytesIO(content))
        entries = book.infolist()
        unpacked = sum(entry.file_size for entry in entries)
        if unpacked > MOST_BYTES or unpacked > DEEPEST_RATIO * len(content) + 10_000_000:
            raise DataError(Message("%(name)s unpacks to far more than a workbook of its size. Save it as CSV.", name=name))
        sheet = next((entry for entry in entries if entry.filename.endswith("worksheets/sheet1.xml")), None)
        return sheet is not None and _holds(book, sheet, (b"<f>", b"<f "))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError):
        raise DataError(Message("%(name)s is not an Excel file, or it is cut off. Save it again as .xlsx.", name=name)) from None


def _holds(book: zipfile.ZipFile, entry: zipfile.ZipInfo, signs: tuple[bytes, ...]) -> bool:
    tail = b""
    with book.open(entry) as sheet:
        while chunk := sheet.read(1 << 20):
            if any(sign in tail + chunk for sign in signs):
                return True
            tail = chunk[-3:]
    return False


def _cells(file: File) -> tuple[list[str], list[tuple[int, Row]]]:
    """The names of all sheets, and the first one's rows that are not blank, as text with their numbers."""
    import openpyxl  # takes 0.3 s to import

    try:
        book = openpyxl.load_workbook(io.BytesIO(file.content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        claimed = sheet.max_row or MOST_ROWS
        sheet.reset_dimensions()  # the size a file claims to have is not always true
        return book.sheetnames, list(_filled(file, sheet, claimed))
    except (LookupError, ValueError, RuntimeError, TypeError, EOFError, OSError, AttributeError, zlib.error, zipfile.BadZipFile, SyntaxError) as error:
        raise DataError(
            Message("%(name)s cannot be read as an Excel file (%(error)s). Save it again as .xlsx.", name=file.name, error=error)
        ) from error


def _filled(file: File, sheet: Any, claimed: int) -> Iterator[tuple[int, Row]]:
    for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
        if number > MOST_ROWS:
            raise DataError(Message("%(name)s has more rows than Excel allows. Save it as CSV.", name=file.name))
        if number % BLOCK == 0:
            file.told(min(1, number / claimed), number)
        texts = tuple(map(_text, row[:MOST_COLUMNS]))
        if any(texts):
            yield number, texts


def _text(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell)
