"""Parquet: a table whose columns are named and typed already; lists stay lists."""

from __future__ import annotations

import io
from typing import Any

from chatbot.data.blocks import BLOCK
from chatbot.data.file import File
from chatbot.data.reading import Table, check_columns
from chatbot.records import DataError, Message

MOST_BYTES = 1_000_000_000  # unpacked


def read_parquet(file: File) -> Table:
    """Raises DataError for a file that is damaged or unpacks to far too much."""
    import pyarrow
    from pyarrow.parquet import ParquetFile

    try:
        parquet = ParquetFile(io.BytesIO(file.content))
        check_columns(file.name, parquet.metadata.num_columns)
        groups = map(parquet.metadata.row_group, range(parquet.metadata.num_row_groups))
        if sum(group.total_byte_size for group in groups) > MOST_BYTES:
            raise DataError(Message("%(name)s unpacks to more than 1 GB. Split it, or save it as CSV.", name=file.name))
        columns = list(parquet.schema_arrow.names)
        rows: list[tuple[Any, ...]] = []
        for batch in parquet.iter_batches(BLOCK):
            rows += (tuple(map(_cell, cells)) for cells in zip(*_lists(batch)))
            file.told(len(rows) / max(1, parquet.metadata.num_rows), len(rows))
    except (pyarrow.ArrowException, OSError, ValueError) as error:
        raise DataError(Message("%(name)s is no Parquet file, or it is cut off. Make it again.", name=file.name)) from error
    return Table(columns, rows, range(1, len(rows) + 1), "PARQUET")


def _lists(batch: Any) -> list[list[Any]]:
    return [column.to_pylist() for column in batch.columns]


def _cell(value: Any) -> Any:
    if isinstance(value, (dict, list)):
        return _filled(value)
    return "" if value is None else str(value)


def _filled(value: Any) -> Any:
    """Without the empty fields that Parquet gives to objects of which others have them."""
    if isinstance(value, dict):
        return {key: _filled(found) for key, found in value.items() if found is not None}
    return list(map(_filled, value)) if isinstance(value, list) else value
