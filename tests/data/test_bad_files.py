"""Bad input: what can be used is used, what cannot is listed with line and reason, and nothing eats the memory."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import time
import zipfile

import pytest

from chatbot.data import archive, source
from chatbot.data.readers import read
from chatbot.records import DataError
from chatbot.settings import ROOT
from tests.data.fixtures import content_of, workbook, zip_of

SHEET = "xl/worksheets/sheet1.xml"
ROW = '<row r="{n}"><c r="A{n}" t="inlineStr"><is><t>{text}</t></is></c><c r="B{n}" t="inlineStr"><is><t>{text}</t></is></c></row>'


def refusal(name: str, content: bytes) -> str:
    with pytest.raises(DataError) as refused:
        read(name, content)
    sentence = str(refused.value)
    assert name in sentence and "\n" not in sentence
    return sentence


def rejected(name: str, content: bytes) -> list[tuple[int, str]]:
    reading = read(name, content)
    assert len(reading.dialogues) >= 1
    return [(row.line, str(row.reason)) for row in reading.rejected]


def with_sheet(*rows: str) -> bytes:
    """A workbook whose first sheet is written by hand."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook(["question", "answer"]))) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.namelist():
            sheet = f'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{"".join(rows)}</sheetData></worksheet>'
            new.writestr(entry, sheet if entry == SHEET else old.read(entry))
    return stream.getvalue()


def test_an_unclosed_quotation_mark_takes_only_its_row() -> None:
    content = b'question,answer\nwhen?,at nine\n"where?,here\nhow?,"by bus"\nwho?,me\n'
    ((line, reason),) = rejected("x.csv", content)
    assert line == 3 and "quotation marks" in reason
    assert [dialogue.turns[0].text for dialogue in read("x.csv", content).dialogues] == ["when?", "how?", "who?"]


def test_quotation_marks_broken_everywhere_are_refused_soon() -> None:
    assert "more than 100 rows" in refusal("x.csv", b"question,answer\n" + b'"a,b\n' * 500)


def test_ragged_rows() -> None:
    assert rejected("x.csv", b"question,answer\nwhen?,nine\na,b,c,d\nlonely\nwhere?,here\n") == [
        (3, "4 cells where the header has 2"), (4, "the question or its answer is empty")]  # fmt: skip


def test_zero_bytes() -> None:
    assert "zero byte in line 3" in refusal("x.csv", b"question,answer\nwhen?,nine\nwhe\0re?,here\n")


def test_a_line_far_too_long(monkeypatch) -> None:
    monkeypatch.setattr(source, "LONGEST_LINE", 1_000_000)
    content = b'{"question":"a","answer":"b"}\n{"question":"' + b"a" * 2_000_000 + b'","answer":"b"}\n'
    assert "line of more than 1 MB (line 2)" in refusal("x.jsonl", content)


def test_a_large_cell_is_kept() -> None:
    reading = read("x.csv", b'question,answer\n"when?","' + b"nine " * 40_000 + b'"\nwhere?,here\n')
    assert len(reading.dialogues[0].turns[1].text) == 199_999 and len(reading.dialogues) == 2


def test_zip_bombs(monkeypatch) -> None:
    monkeypatch.setattr(archive, "MOST_UNPACKED", 90_000_000)
    assert "unpacks to more than 90 MB" in refusal("b.zip", zip_of({f"{n}.csv": b"0" * 31_000_000 for n in range(3)}))
    assert "“a.csv” unpacks to more than 50 MB" in refusal("c.zip", zip_of({"a.csv": b"0" * 60_000_000}))
    assert "20000 files" in refusal("d.zip", zip_of({f"{n}.txt": b"" for n in range(archive.MOST_ENTRIES + 1)}))
    assert "far more than a workbook" in refusal("e.xlsx", zip_of({"xl/worksheets/sheet1.xml": b" " * 100_000_000}))


def test_a_zip_that_lies_about_its_size(monkeypatch) -> None:
    monkeypatch.setattr(archive, "MOST_IN_ENTRY", 1_000)
    packed = zip_of({"a.csv": b"question,answer\n" + b"when?,nine\n" * 1_000})
    small, large = (100).to_bytes(4, "little"), (11_016).to_bytes(4, "little")
    assert "unpacks to more than" in refusal("a.zip", packed) and "cannot be unpacked" in refusal("a.zip", packed.replace(large, small))


def test_a_workbook_with_a_row_in_the_twenty_millions() -> None:
    content = with_sheet(*(ROW.format(n=n, text=f"text {n}") for n in (1, 2, 20_000_000)))
    assert "more rows than Excel allows" in refusal("x.xlsx", content)


def test_a_locked_workbook_and_a_locked_zip() -> None:
    assert "locked with a password" in refusal("x.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    content = bytearray(zip_of({"a.csv": b"question,answer\nwhen?,nine\n"}))
    content[6] |= 1  # the flag of the entry, and the same in the directory
    content[content.index(b"PK\x01\x02") + 8] |= 1
    assert "locked with a password" in refusal("x.zip", bytes(content))


def test_formulas_are_told() -> None:
    formula = '<row r="{n}"><c r="A{n}" t="str"><f>A1&amp;"?"</f><v>when?</v></c><c r="B{n}"><f>1+1</f></c></row>'
    reading = read("x.xlsx", with_sheet(ROW.format(n=1, text="question").replace("question", "answer", 2).replace("answer", "question", 1),
                                        ROW.format(n=2, text="a text"), formula.format(n=3)))  # fmt: skip
    assert any("has formulas" in str(warning) for warning in reading.warnings)
    assert [row.line for row in reading.rejected] == [3]


@pytest.mark.parametrize(
    "name, of, words",
    [
        ("x.csv", "questions.xlsx", "a ZIP or Excel file"),
        ("x.json", "questions.parquet", "a Parquet file"),
        ("x.xlsx", "questions.de.csv", "not an Excel file"),
        ("x.parquet", "questions.de.csv", "no Parquet file"),
        ("x.zip", "questions.de.csv", "no ZIP file"),
        ("x.srt", "questions.de.csv", "no subtitles"),
        ("x.yml", "questions.de.csv", "not of Rasa"),
        ("x.md", "questions.de.csv", "nobody is named"),
        ("x.jsonl", "questions.de.csv", "line 1: it is not valid JSON"),
    ],
)
def test_a_wrong_extension_is_said(name: str, of: str, words: str) -> None:
    assert words in refusal(name, content_of(of))


@pytest.mark.parametrize("name", ["rasa.zip", "slack_export.zip", "lex_v2.zip", "questions.xlsx", "questions.parquet"])
def test_a_file_that_is_cut_off(name: str) -> None:
    content = content_of(name)
    assert "cut off" in refusal(name, content[: len(content) // 2])


def test_names_that_climb_out_of_a_zip_are_left_out() -> None:
    table = content_of("questions.de.csv")
    reading = read("x.zip", zip_of({"../../etc/a.csv": table, "/abs/b.csv": table, "..\\c.csv": table, "C:\\d.csv": table, "ok/e.csv": table}))
    assert len(reading.dialogues) == 3 and "unsafe names in x.zip, left out: 4" in str(reading.warnings[0])
    assert "holds no file that can be read" in refusal("y.zip", zip_of({"../a.csv": table}))


def test_a_bomb_of_yaml_aliases() -> None:
    bomb = "a0: &a0 [lol, lol]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 40)) + "nlu: *a39\n"
    assert "aliases" in refusal("x.yml", bomb.encode())
    assert "line 4" in refusal("x.yml", b"nlu:\n- intent: a\n  examples: [\n")


def test_lines_that_are_no_json() -> None:
    content = b'{"question":"when?","answer":"nine"}\n{"question":\n["a"]\n{"question":"where?","answer":"here"}\n'
    (_, first), second = rejected("x.jsonl", content)
    assert "not valid JSON" in first and second == (3, "it is not an object with named values")


def test_empty_conversations() -> None:
    content = b"ticket,role,text\n1,user,hello?\n2,user,when?\n2,agent,nine\n3,agent,we close\n3,agent,now\n4,user,\n"
    assert sorted(line for line, _ in rejected("x.csv", content)) == [2, 5, 7]


@pytest.mark.parametrize("name, text", [("x.csv", "role,text\nuser,hello\nuser,anybody?\n"), ("x.json", '[{"conversations":[{"from":"human","value":"hello"}]}]')])
def test_only_one_speaker(name: str, text: str) -> None:
    assert "speaks. A dialogue needs somebody who asks" in refusal(name, text.encode())


MEMORY = """
import re, sys
from chatbot.data.readers import read
from chatbot.records import DataError
try:
    read(sys.argv[1], sys.stdin.buffer.read())
except DataError:
    pass
print(int(re.search("VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) // 1024)
"""


@pytest.mark.parametrize(
    "name, content",
    [
        ("bomb.zip", lambda: zip_of({f"{n}.csv": b"0" * 45_000_000 for n in range(4)})),
        ("bomb.xlsx", lambda: with_sheet(*(ROW.format(n=n, text="text") for n in (1, 2, 20_000_000)))),
        ("wide.xlsx", lambda: with_sheet(ROW.format(n=1, text="a"), '<row r="2"><c r="XFD2" t="str"><v>x</v></c></row>')),
        ("line.csv", lambda: b"question,answer\n" + b"x" * 40_000_000),
        ("bomb.yml", lambda: b"a: &a [x,x]\n" + b"b: [*a,*a]\n" * 50_000),
        ("deep.json", lambda: b"[" * 5_000_000),
        ("deep.yml", lambda: b"[" * 50_000),
    ],
)  # fmt: skip
def test_memory_stays_under_300_mb(name: str, content) -> None:
    done = subprocess.run([sys.executable, "-c", MEMORY, name], input=content(), capture_output=True, cwd=ROOT, timeout=120)
    assert done.returncode == 0, done.stderr.decode()[-500:]
    assert int(done.stdout) < 300


@pytest.mark.parametrize("sign", list(" *-_[<(>:：#.\t0") + ["[ ", "<a ", "a:", "1:", "- "])
@pytest.mark.parametrize("place", ["{}", "Agent: {}\nUser: b\nAgent: c\n", "12/31/25, 9:41 PM - Mia: {}\n12/31/25, 9:42 PM - Bo: x\n"])
def test_no_pattern_takes_long_over_a_long_line(sign: str, place: str) -> None:
    started = time.process_time()
    try:
        read("x.txt", place.format(sign * 300_000).encode())
    except DataError:
        pass
    assert time.process_time() - started < 3


def test_no_pattern_of_subtitles_and_bots_takes_long() -> None:
    started = time.process_time()
    for sign in "[(（<#♪{":
        read("x.srt", f"1\n00:00:01,000 --> 00:00:02,000\nGuest: hi {sign * 15_000}\n\n2\n00:00:03,000 --> 00:00:04,000\nAgent: ho\n".encode())
        bot = f'nlu:\n- intent: a\n  examples: "- b {sign * 100_000}"\nresponses:\n  utter_a:\n  - text: "c {sign * 100_000}"\n'
        read("x.yml", bot.encode())
    assert time.process_time() - started < 10


def test_no_subtitle_is_a_book() -> None:
    for sign in ("<v ", "{", "<font", "\\N"):
        text = f"1\n00:00:01,000 --> 00:00:02,000\nGuest: hi {sign * 30_000}\n\n2\n00:00:03,000 --> 00:00:04,000\nAgent: ho\n"
        assert "subtitle of more than 20000 characters" in refusal("x.srt", text.encode())


@pytest.mark.parametrize(
    "name, content",
    [
        ("x.csv", ",".join(f"c{n}" for n in range(200_000)) + "\n" + "a\n" * 1000),
        ("x.csv", "," * 500_000 + "\na,b\n"),
        ("x.jsonl", "".join(f'{{"k{n}": 1}}\n' for n in range(50_000))),
        ("x.json", json.dumps({f"k{n}": [1] for n in range(50_000)})),
    ],
)
def test_a_table_far_too_wide(name: str, content: str) -> None:
    started = time.process_time()
    assert "more than 1000 columns" in refusal(name, content.encode())
    assert time.process_time() - started < 5


def test_times_of_slack_that_no_clock_has() -> None:
    with pytest.raises(DataError):
        read("x.json", json.dumps([{"ts": "9" * 400, "text": "hi", "user": "a"}]).encode())
