"""The share of the work that a page shows: it moves while a large file is read, asked about and written, and never back."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow
import pyarrow.parquet
import pytest

from chatbot.data.blocks import BLOCK
from chatbot.data.readers import read
from chatbot.flows import reading
from chatbot.records import Message
from tests.data.fixtures import zip_of

N = 20_000  # rows
ROWS = [(f"Can I send parcel {n} to Rome?", f"Yes, parcel {n} takes two days.") for n in range(N)]


def csv(rows: list[tuple[str, str]] = ROWS) -> bytes:
    return ("question,answer\n" + "".join(f'"{asked}","{told}"\n' for asked, told in rows)).encode()


def jsonl() -> bytes:
    roles = ("user", "assistant")
    talks = ({"messages": [{"role": role, "content": text} for role, text in zip(roles, row)]} for row in ROWS)
    return "".join(json.dumps(talk) + "\n" for talk in talks).encode()


def excel() -> bytes:
    book, stream = openpyxl.Workbook(write_only=True), io.BytesIO()
    sheet = book.create_sheet()
    for row in [("question", "answer"), *ROWS]:
        sheet.append(row)
    book.save(stream)
    return stream.getvalue()


def parquet() -> bytes:
    stream = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.table(dict(zip(("question", "answer"), map(list, zip(*ROWS))))), stream)
    return stream.getvalue()


def subtitles() -> bytes:
    times = ((n // 3600, n // 60 % 60, n % 60) for n in range(0, 4 * N, 4))
    return "".join(f"1\n{h:02}:{m:02}:{s:02},000 --> {h:02}:{m:02}:{s:02},900\n- Tea?\n- Yes, {h} {m}.\n\n" for h, m, s in times).encode()


FILES = {
    "a.csv": csv,
    "a.tsv": lambda: csv().replace(b'","', b'"\t"').replace(b",", b"\t", 1),
    "a.json": lambda: json.dumps([{"question": asked, "answer": told} for asked, told in ROWS]).encode(),
    "a.jsonl": jsonl,
    "a.xlsx": excel,
    "a.parquet": parquet,
    "a.txt": lambda: "".join(f"Guest: {asked}\nHost: {told}\n\n" for asked, told in ROWS).encode(),
    "whatsapp.txt": lambda: "".join(f"12/31/25, 9:41 PM - Mia: {asked}\n12/31/25, 9:42 PM - Bo: {told}\n" for asked, told in ROWS).encode(),
    "a.srt": subtitles,
    "a.zip": lambda: zip_of({f"{n}.csv": csv(ROWS[n * 100 : n * 100 + 100]) for n in range(200)}),
}


@pytest.mark.parametrize("name", FILES)
def test_every_reader_tells_how_far_it_is(name: str) -> None:
    told: list[float] = []
    read(name, FILES[name](), told=lambda share, rows: told.append(round(share, 2)))
    assert len(set(told)) >= 3 and 0 <= min(told) and max(told) <= 1 and len({share for share in told if share < 1}) >= 2


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
def test_a_bar_moves_on_and_never_back(name: str, tmp_path: Path) -> None:
    rows = 100_000 // N  # times as many
    content = FILES[name]()
    head, _, body = content.partition(b"\n") if name == "a.csv" else (b"", b"", content)
    (tmp_path / name).write_bytes(head + b"\n" * bool(head) + body * rows)
    source = {"path": str(tmp_path / name), "filename": name, "mapping": {}, "most_rows": 10**6, "most_unpacked_mb": 100}
    told: list[tuple[str, float]] = []

    def tell(part: Message, share: float, rows: int = 0) -> None:
        told.append((str(part), share))

    facts = reading.read(tmp_path, tell, source)
    assert facts["n_dialogues"] == rows * N
    shares = [share for _, share in told]
    assert shares == sorted(shares) and shares[0] == 0 and 0.99 < shares[-1] <= 1
    of_reading = {round(share, 3) for part, share in told if part == str(reading.READING)}
    assert len(of_reading) > 20, "it moves before the first row is kept"
    for task, more in ((reading.ask, {"style": "chat"}), (reading.write, {"answers": {}, "style": "chat", "taken": []})):
        (tmp_path / name).write_bytes(content)
        told.clear()
        task(tmp_path, tell, source, **more)
        shares = [share for _, share in told]
        assert shares == sorted(shares) and len(set(shares)) > 4 * N / BLOCK and 0.8 < shares[-1] <= 1


def test_a_document_parsed_at_once_has_no_share_before(tmp_path: Path) -> None:
    told: list[Any] = []
    content = json.dumps({"data": [{"question": asked, "answer": answer} for asked, answer in ROWS]})
    read("a.json", content.encode(), told=lambda share, rows: told.append(share))
    assert told[0] >= 0.5, "nothing is made up before half of the work, which is parsing, is done"
