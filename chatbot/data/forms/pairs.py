"""Prompts and completions, as the old fine-tuning took them: kept to the letter."""

from __future__ import annotations

from chatbot.data.forms.common import DAMAGED, reading_of
from chatbot.data.mapping import Mapping
from chatbot.data.reading import Reading, Row, Table, find_column
from chatbot.records import DataError, Message


def prompts_and_completions(name: str, table: Table, mapping: Mapping) -> Reading | None:
    """Columns `prompt` and `completion`. Raises DataError when only one of the two is there."""
    if mapping.columns():
        return None
    prompt, completion = (find_column(table.columns, wanted) for wanted in ("prompt", "completion"))
    if not (prompt and completion):
        if prompt or completion:
            raise DataError(_half(name, prompt or completion or "", table))
        return None
    as_is = len(table.columns) == 2 and table.columns.index(prompt) == 0
    both = table.columns.index(prompt), table.columns.index(completion)
    rows: list[Row] = table.rows if as_is else [(str(row[both[0]]), str(row[both[1]])) for row in table.rows]
    lines = table.lines
    if any(DAMAGED in text for row in rows for text in row):
        kept = [index for index, row in enumerate(rows) if not any(DAMAGED in text for text in row)]
        rows, lines = [rows[index] for index in kept], [lines[index] for index in kept]
    return reading_of("pairs", table, pairs=rows, lines=lines, conversion=table.conversion)


def _half(name: str, found: str, table: Table) -> Message:
    missing = "completion" if found.lower() == "prompt" else "prompt"
    return Message(
        "%(name)s has a column “%(found)s” but no “%(missing)s”; its columns are %(columns)s. Rename the one that holds "
        "the other half, and try again.",
        name=name,
        found=found,
        missing=missing,
        columns=", ".join(f"“{column}”" for column in table.columns[:12]),
    )
