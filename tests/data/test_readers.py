"""Reading: what files mean, in which encoding, and what is said about bad ones."""

from __future__ import annotations

import io

import openpyxl
import pytest

from chatbot.data.mapping import Mapping
from chatbot.data.readers import read
from chatbot.data.source import open_text
from chatbot.records import DataError

ROWS = ["Hi, I am DSA.", "what is a stack?", "Last in, first out.", "and a queue?", "First in, first out – naïve but fair."]
SCRIPT = "Text\n" + "".join(f'"{row}"\n' for row in ROWS)
CHINESE = "Text\n" + "".join(f"第{n}号订单什么时候到？\n您好，第{n}号订单明天到达，请您放心。\n" for n in range(8))
TAIWANESE = "Text\n" + "".join(f"第{n}號訂單什麼時候會到？\n您好，第{n}號訂單明天會到達，請您放心。\n" for n in range(8))
JAPANESE = "Text\n" + "".join(f"注文{n}はいつ届きますか？\n注文{n}は明日届きます。ご安心ください。\n" for n in range(8))


def said(reading):
    return [tuple(turn.text for turn in dialogue.turns) for dialogue in reading.dialogues]


def workbook(*rows: list[object]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize("column", ["Text", "text", "TEXT", " text "])
def test_the_script_of_2023(column: str) -> None:
    reading = read("data.csv", SCRIPT.replace("Text", column).encode())
    assert reading.kind == "dialogues" and reading.mapping.first_speaker == "bot" and not reading.warnings
    assert reading.greeting == ROWS[0]
    assert said(reading) == [(ROWS[1], ROWS[2]), (ROWS[3], ROWS[4])]
    assert [dialogue.source for dialogue in reading.dialogues] == ["data.csv:3", "data.csv:5"]


def test_odd_end_is_left_out_with_a_warning() -> None:
    reading = read("data.csv", (SCRIPT + "thanks\n").encode())
    assert len(reading.dialogues) == 2
    assert "last row (line 7) is the human's" in str(reading.warnings[0])


def test_first_speaker_is_found_out_or_told() -> None:
    without_greeting = ("Text\n" + "\n".join(f'"{row}"' for row in ROWS[1:])).encode()
    reading = read("data.csv", without_greeting)
    assert reading.mapping.first_speaker == "human" and said(reading)[0] == (ROWS[1], ROWS[2])
    assert "looks like a question" in str(reading.warnings[0])
    told = read("data.csv", without_greeting, Mapping(first_speaker="bot"))
    assert told.greeting == ROWS[1] and said(told) == [(ROWS[2], ROWS[3])]


def test_a_bot_that_asks_much_stays_the_bot() -> None:
    rows = ["Hello! How can I help you today with your order?", "refund", "May I have your order number and name, please?", "12"]
    assert read("data.csv", ("Text\n" + "\n".join(f'"{row}"' for row in rows * 3)).encode()).mapping.first_speaker == "bot"


@pytest.mark.parametrize(
    "text, encoding, is_guess",
    [
        (SCRIPT, "utf-8", False),
        (SCRIPT, "utf-8-sig", False),
        (SCRIPT, "utf-16", False),
        (SCRIPT, "utf-32", False),
        (SCRIPT, "utf-16-le", True),
        (CHINESE, "utf-16-be", True),
        (SCRIPT, "cp1252", True),
        (CHINESE, "gb18030", True),
        (TAIWANESE, "big5", True),
        (JAPANESE, "cp932", True),
    ],
)
def test_encodings(text: str, encoding: str, is_guess: bool) -> None:
    reading = read("data.csv", text.encode(encoding))
    assert reading.encoding == encoding
    assert said(reading) == said(read("data.csv", text.encode()))
    named = any(encoding.upper() in str(warning) for warning in reading.warnings)
    assert named == is_guess, "a guess is always said, a fact never"


@pytest.mark.parametrize("text", ["question,answer\rwhen?,at nine\r", '[{"question": "wann? für", "answer": "um neun"}]', '[{"question":"什么时候？","answer":"九点"}]'])
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_without_its_mark_and_without_line_ends(text: str, encoding: str) -> None:
    name = "a.csv" if text.startswith("q") else "a.json"
    reading = read(name, text.encode(encoding))
    assert reading.encoding == encoding and said(reading) == said(read(name, text.encode()))


def test_damaged_utf8_is_said_and_its_rows_left_out() -> None:
    damaged = SCRIPT.encode().replace(b"a stack", b"a st\xffack")
    reading = read("data.csv", damaged)
    assert "damaged" in str(reading.warnings[0]) and "line 3" in str(reading.warnings[0])
    assert said(reading) == [(ROWS[3], ROWS[4])]
    pairs = read("data.csv", "prompt,completion\nä,b\nö,ü\nx,y\n".encode().replace(b"x", b"\xff"))
    assert pairs.pairs == [("ä", "b"), ("ö", "ü")]


@pytest.mark.parametrize(
    "name, content, words",
    [
        ("a.csv", b"", "is empty"),
        ("a.csv", b" \n\n", "is empty"),
        ("a.csv", " \n".encode("utf-16"), "is empty"),
        ("a.csv", b"Number;Price\n1;2\n3;4\n", "“Number”, “Price”. Needed is a column Text"),
        ("a.csv", b"prompt;reply\na;b\n", "“prompt” but no “completion”"),
        ("a.csv", b"Text\n", "no rows below"),
        ("a.csv", b"Text\nhello\n", "only one row"),
        ("a.csv", b"Text\nHi!\nhello\n", "no question followed by an answer"),
        ("a.csv", bytes(range(256)) * 9, "not a text file (there is a zero byte in line 1)"),
        ("a.csv", SCRIPT.encode().replace(b"stack", b"st\0ck"), "zero byte in line 3"),
        ("a.csv", workbook(["Text"], ["a"]), "ZIP or Excel"),
        ("a.csv", b"%PDF-1.7 \xff", "PDF"),
        ("a.csv", bytes([1, 2, 3, 129, 141, 143]) * 99, "cannot be read as text"),
        ("a.csv", SCRIPT.replace('stack?"', "stack?").encode(), "from line 3 on: its quotation marks do not match"),
        ("a.csv", SCRIPT.encode()[:-2], "from line 6 on: its quotation marks do not match"),
        ("a.json", b'[\n{"prompt": "a"},\n{"prompt": }]', "in line 3: it is not valid JSON"),
        ("a.json", b"[" * 100_000, "in line 1: it is not valid JSON"),
        ("a.json", b'["a", "b"]', "in line 1: it is not an object"),
        ("a.jsonl", b'{"prompt":"a","completion":"b"}\n', "single object"),
        ("a.jsonl", b'{"messages":[{"role":"assistant","content":"a"}]}\n', "before anything was asked"),
        ("a.jsonl", b'{"messages":[{"role":"robot","content":"a"}]}\n', "by none of system, user and assistant"),
        ("a.jsonl", b'{"messages":[{"role":["user"],"content":"a"}]}\n', "by none of system, user and assistant"),
        ("a.jsonl", b'{"messages":[{"role":"user","content":"\\ud83d"},{"role":"assistant","content":"a"}]}\n', "broken emoji"),
        ("a.xlsx", b"", "is empty"),
        ("a.xlsx", b"hello", "not an Excel file"),
        ("a.xlsx", workbook(["Text"], ["a"])[:-200], "not an Excel file, or it is cut off"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0" + b"\0" * 99, "locked with a password"),
        ("a.xlsx", workbook(), "sheet of a.xlsx is empty"),
        ("a.docx", b"PK", "format that cannot be read"),
        ("csv", b"a", "format that cannot be read"),
    ],
)
def test_bad_files_are_refused_in_one_sentence_that_helps(name: str, content: bytes, words: str) -> None:
    with pytest.raises(DataError) as refused:
        read(name, content)
    assert words in str(refused.value) and name in str(refused.value)
    assert "\n" not in str(refused.value)


def test_half_a_character_in_a_column_name_is_replaced() -> None:
    reading = read("a.jsonl", b'{"\\ud83d":"x","prompt":"a","completion":"b"}\n' * 2)
    assert reading.columns == ("\ufffd", "prompt", "completion")


def test_unquoted_commas_in_a_single_column_belong_to_the_text() -> None:
    reading = read("data.csv", SCRIPT.replace('"', "").encode())
    assert said(reading) == [(ROWS[1], ROWS[2]), (ROWS[3], ROWS[4])]
    assert "outside quotation marks: 3" in str(reading.warnings[0])


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
@pytest.mark.parametrize("extension", ["csv", "tsv", "CSV"])
def test_delimiters(sign: str, extension: str) -> None:
    rows = [["prompt", "completion"], ["a", "b"], ["c", "d"]]
    reading = read(f"x.{extension}", "\r\n".join(sign.join(row) for row in rows).encode())
    assert reading.pairs == [("a", "b"), ("c", "d")] and reading.lines.tolist() == [2, 3]
    assert reading.conversion == extension.upper()


def test_csv_rows_that_do_not_fit() -> None:
    reading = read("x.csv", b'prompt,completion\na,b\nc,d,e\n"f\ng"\n\nh,i,,\n')
    assert reading.pairs == [("a", "b"), ("f\ng", ""), ("h", "i")]
    assert reading.lines.tolist() == [2, 4, 7]
    assert [(row.line, str(row.reason)) for row in reading.rejected] == [(3, "3 cells where the header has 2")]


def test_words_that_look_missing_are_kept() -> None:
    rows = read("x.csv", b"prompt,completion\nNA,null\nNone,nan\n").pairs
    assert rows == [("NA", "null"), ("None", "nan")]


def test_json_values_become_text_and_null_nothing() -> None:
    content = b'{"prompt":null,"completion":7}\n{"completion":"b","id":1}\n{"prompt":"\\ud83d x","completion":"c"}\n'
    reading = read("x.jsonl", content)
    assert reading.pairs == [("", "7"), ("", "b")], "half a surrogate pair counts as damage"
    assert reading.columns == ("prompt", "completion", "id")


@pytest.mark.parametrize(
    "name, content, conversion",
    [
        ("x.json", b'[{"prompt":"a","completion":"b"},\n{"prompt":"c","completion":"d"}]', ""),
        ("x.jsonl", b'[{"prompt":"a","completion":"b"},{"prompt":"c","completion":"d"}]', "JSON"),
        ("x.json", b'{"prompt":"a","completion":"b"}\n{"prompt":"c","completion":"d"}\n', "JSON"),
        ("x.json", b'{"prompt":{"0":"a","1":"c"},"completion":["b","d"]}', ""),
        ("x.jsonl", b'\n{"prompt":"a","completion":"b"}\r\n\n{"prompt":"c","completion":"d"}', ""),
    ],
)
def test_json_in_every_form(name: str, content: bytes, conversion: str) -> None:
    reading = read(name, content)
    assert reading.pairs == [("a", "b"), ("c", "d")] and reading.conversion == conversion


def test_excel() -> None:
    reading = read("x.xlsx", workbook(["Prompt", "completion", None], [1, 2.0], [None, None], ["a", True]))
    assert reading.pairs == [("1", "2"), ("a", "True")] and reading.lines == [2, 4]


def test_txt_lines_are_completions() -> None:
    assert read("x.txt", b"one\ntwo\n").pairs == [("", "one"), ("", "two"), ("", "")]


def test_chat_lines_keep_what_they_hold() -> None:
    line = '{"messages":[{"role":"system","content":"s"},{"role":"user","content":"q"},{"role":"assistant","content":"a"}]}\n'
    reading = read("x.jsonl", (line + '{"messages":[]}\n').encode())
    assert reading.kind == "chat" and len(reading.records) == 1
    assert [turn.role for turn in reading.dialogues[0].turns] == ["system", "user", "assistant"]
    assert reading.rejected[0].line == 2


def test_fifty_megabytes_and_a_huge_cell() -> None:
    big = "Text\nHi\n" + f'"what is {"x" * 300_000}?"\n' + "\n".join(f"question {n} {'y' * 150}?\nanswer {n}" for n in range(300_000))
    assert len(big) > 50_000_000
    assert len(read("data.csv", big.encode(), Mapping(first_speaker="bot")).dialogues) == 300_000


def test_source_reads_lines_without_translating_them_away() -> None:
    assert list(open_text("x", b"a\r\nb\n").lines(newline="")) == ["a\r\n", "b\n"]
