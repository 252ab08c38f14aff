"""The files in tests/data/files, made by hand; a folder `x.zip` there is packed, Excel and Parquet are written here."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import openpyxl
import pyarrow
import pyarrow.parquet

FILES = Path(__file__).parent / "files"
MADE = ("questions.xlsx", "messages.parquet", "questions.parquet", "folder_of_transcripts.zip")
NAMES = sorted([*(path.name for path in FILES.iterdir()), *MADE])


def content_of(name: str) -> bytes:
    """The bytes of a fixture."""
    if name in MADE:
        return _made(name)
    path = FILES / name
    return _packed(path) if path.is_dir() else path.read_bytes()


def zip_of(files: dict[str, bytes | str]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def workbook(*rows: list[object]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _packed(folder: Path) -> bytes:
    return zip_of({str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()})


def _made(name: str) -> bytes:
    questions = json.loads((FILES / "questions.json").read_text(encoding="utf-8"))
    if name == "questions.xlsx":
        return workbook(["Respuesta", "Pregunta"], *([row["answer"], row["question"]] for row in questions))
    if name == "folder_of_transcripts.zip":
        return zip_of({"a/1.txt": "Guest: Is tea free?\nHost: Yes.\n", "a/2.txt": "Guest: And cake?\nHost: Two euros.\n", "readme.txt": "x"})
    stream = io.BytesIO()
    if name == "messages.parquet":
        chat = [{"messages": [{"role": "user", "content": row["question"]}, {"role": "assistant", "content": row["answer"]}]} for row in questions]
        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(chat), stream)
    else:
        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(questions), stream)
    return stream.getvalue()
