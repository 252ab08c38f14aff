"""A version as a file for other programs: JSONL, CSV or Parquet, made piece by piece while it is sent."""

from __future__ import annotations

import csv
import io
import json
from contextlib import closing
from itertools import islice
from typing import Any, Callable, Iterator

from chatbot.data.cells import safe_cell
from chatbot.data.parts import PARTS
from chatbot.data.rows import Record, is_pair, turns
from chatbot.flows import versions
from chatbot.flows.version_writer import NO_FILE
from chatbot.store.tables.data import DatasetVersion

BLOCK = 2000  # rows
Told = tuple[Record, dict[str, Any]]  # a row, and its id, part, file and line


def pieces(house: Any, version: DatasetVersion, form: str) -> Iterator[bytes]:
    """The file of a version, `form` being one of FORMS. Raises DataError when the version's files are gone."""
    return FORMS[form](_rows(house, version))


def _rows(house: Any, version: DatasetVersion) -> Iterator[Told]:
    names = [file["name"] for file in version.facts["files"]]
    with versions.opened(house, version) as rows:
        known = zip(*(rows.index[name].tolist() for name in ("id", "part", "file", "line")))
        for line, (id, part, file, at) in zip(rows.lines(), known):
            yield json.loads(line), {"id": id, "part": PARTS[part], "file": names[file] if file != NO_FILE else "", "line": at}


def _jsonl(rows: Iterator[Told]) -> Iterator[bytes]:
    """As it can be uploaded to OpenAI: the rows alone."""
    while block := list(islice(rows, BLOCK)):
        yield "".join(json.dumps(record, ensure_ascii=False) + "\n" for record, _ in block).encode("utf-8", "replace")


def _csv(rows: Iterator[Told]) -> Iterator[bytes]:
    """Pairs a row each; of conversations, each message a row, with the conversation it belongs to."""
    first = next(rows)
    paired, block = is_pair(first[0]), [first]
    header = ["prompt", "completion"] if paired else ["conversation", "speaker", "text"]
    yield _lines([[*header, "part", "file", "line"]], mark=True)
    while block:
        yield _lines([cells for row in block for cells in _cells(row, paired)])
        block = list(islice(rows, BLOCK))


def _cells(row: Told, paired: bool) -> Iterator[list[Any]]:
    record, told = row
    where = [told["part"], told["file"], told["line"] or ""]
    if paired:
        yield [*(turn.text for turn in turns(record)), *where]
    else:
        yield from ([told["id"], turn.role, turn.text, *where] for turn in turns(record))


def _lines(rows: list[list[Any]], mark: bool = False) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([[safe_cell(cell) if isinstance(cell, str) else cell for cell in row] for row in rows])
    return text.getvalue().encode("utf-8-sig" if mark else "utf-8", "replace")  # without the mark Excel reads it as something else


def _parquet(rows: Iterator[Told]) -> Iterator[bytes]:
    import pyarrow as pa  # takes 0.2 s to import
    import pyarrow.parquet as pq

    first = next(rows)
    paired, block = is_pair(first[0]), [first]
    text, message = pa.string(), pa.struct([("role", pa.string()), ("content", pa.string())])
    said = [("prompt", text), ("completion", text)] if paired else [("messages", pa.list_(message))]
    schema = pa.schema([("id", pa.int64()), *said, ("part", text), ("file", text), ("line", pa.int64())])
    sink = _Sink()
    with closing(pq.ParquetWriter(sink, schema, compression="zstd")) as writer:
        while block:
            writer.write_table(pa.Table.from_pylist([_columns(row, paired) for row in block], schema))
            yield sink.taken()
            block = list(islice(rows, BLOCK))
    yield sink.taken()


def _columns(row: Told, paired: bool) -> dict[str, Any]:
    record, told = row
    said = turns(record)
    if paired:
        return told | {"prompt": said[0].text, "completion": said[1].text}
    return told | {"messages": [{"role": turn.role, "content": turn.text} for turn in said]}


class _Sink(io.RawIOBase):
    """A file that is read while it is written."""

    def __init__(self) -> None:
        self._written, self._size = io.BytesIO(), 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._size

    def write(self, content: Any) -> int:
        self._size += len(content)
        return self._written.write(content)

    def taken(self) -> bytes:
        content, self._written = self._written.getvalue(), io.BytesIO()
        return content


FORMS: dict[str, Callable[[Iterator[Told]], Iterator[bytes]]] = {"jsonl": _jsonl, "csv": _csv, "parquet": _parquet}
