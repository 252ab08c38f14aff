"""Files that are too large for memory, or hold a line that is: what stays on the disk, what is cut out, what it costs."""

from __future__ import annotations

import io
import json
import random
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from chatbot.commands.prepare import command
from chatbot.data.long_lines import without_long_lines
from chatbot.data.jsonl import pair_lines
from chatbot.data.pair_lines import PairLines, read_pairs
from chatbot.data.source import LONGEST_LINE
from chatbot.flows import prepare
from chatbot.records import DataError
from chatbot.settings import ROOT

TEXTS = ["a", " b\n", "ü/“é”", "中文 \u2028", "\x01\x7f\t\"\\", "", "x" * 3000]


def row(prompt: object, completion: object, **more: object) -> str:
    return json.dumps({"prompt": prompt, "completion": completion, **more}) + "\n"


def regular(content: bytes):
    return read_pairs(io.BytesIO(content), lambda share, rows: None)


def test_rows_on_the_disk_are_the_rows_of_the_general_reader(tmp_path: Path) -> None:
    dice = random.Random(3)
    content = "".join(row(dice.choice(TEXTS), dice.choice(TEXTS)) for _ in range(3000))
    path = tmp_path / "rows.jsonl"
    path.write_text(content)
    on_disk, in_memory = prepare.inspect_file(path), prepare.inspect("rows.jsonl", content.encode())
    assert isinstance(on_disk.reading.pairs, PairLines) and not isinstance(in_memory.reading.pairs, PairLines)
    assert list(on_disk.reading.pairs) == list(in_memory.reading.pairs) and len(on_disk.reading.pairs) == 3000
    assert on_disk.examples == in_memory.examples
    assert prepare.questions(on_disk, "completions") == prepare.questions(in_memory, "completions")
    assert b"".join(pair_lines(on_disk.reading.pairs)) == b"".join(pair_lines(in_memory.reading.pairs))


@pytest.mark.parametrize(
    "content",
    [
        row("a", "b"),
        row("a", "b") + row("a", None),
        row("a", "b") + row("a", 1),
        row("a", "b") + row("a", "b", id=3),
        row("a", "b") + "\n" + row("a", "b"),
        row("a", "b") + row("a", "\ud83d"),
        row("a", "b") + row("a", "\ufffd"),
        row("a", "b") + '{"prompt": "a"\n',
        row("a", "b") + "[]\n",
        "[" + row("a", "b") + "]",
        '{"messages": []}\n{"messages": []}\n',
        "",
    ],
)
def test_anything_irregular_goes_the_general_way(content: str) -> None:
    assert regular(content.encode()) is None


def test_what_is_regular(tmp_path: Path) -> None:
    assert list(regular(b'{"completion":"b","prompt":"a"}\r\n{"prompt":"c","completion":"d"}').pairs) == [("a", "b"), ("c", "d")]
    assert regular(row("a", "b", id=1).encode() * 2).columns == ("prompt", "completion", "id")


def test_two_walks_at_the_same_time_do_not_disturb_each_other() -> None:
    pairs = regular("".join(row(f"p{n}", "c" * 500) for n in range(9000)).encode()).pairs
    assert all(one == two for one, two in zip(pairs, pairs))


def test_a_line_that_is_too_long_is_cut_out_and_told() -> None:
    long = b"x" * (LONGEST_LINE + 1)
    content, rejected = without_long_lines("a.csv", io.BytesIO(b"Text\na\n" + long + b"\nb\n" + long))
    assert content == b"Text\na\n\nb\n\n" and [each.line for each in rejected] == [3, 5]
    fits = b"y" * (LONGEST_LINE - 1) + b"\n"
    assert without_long_lines("a.csv", io.BytesIO(fits + b"z")) == (fits + b"z", ())
    assert without_long_lines("a.csv", io.BytesIO("Text\n".encode("utf-16"))) == ("Text\n".encode("utf-16"), ())
    with pytest.raises(DataError, match="nothing but a line of more than 16 MB"):
        without_long_lines("a.csv", io.BytesIO(long))


MEASURED = """
import json, resource, sys
from pathlib import Path
from chatbot.flows import prepare
resource.setrlimit(resource.RLIMIT_DATA, (300 << 20,) * 2)
reading = prepare.inspect_file(Path(sys.argv[1])).reading
# not ru_maxrss: a process begins with that of the one it was forked from
peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
print(json.dumps([len(reading.lines), [row.line for row in reading.rejected], int(peak.split()[1]) >> 10]))
"""


KEPT = """
import sys
from pathlib import Path
from chatbot.flows import reading
source = {"path": sys.argv[1], "filename": "a.jsonl", "mapping": {}, "most_rows": 10**7, "most_unpacked_mb": 100}
reading.read(Path(sys.argv[1]).parent, lambda part, share, rows=0: None, source)
print(next(line.split()[1] for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")))
"""


def test_the_first_version_of_many_rows_takes_little_memory(tmp_path: Path) -> None:
    peaks = []
    for n in (1000, 101_000):
        (tmp_path / "a.jsonl").write_text("".join(row(f"what is number {n}?", f"It is {n}.") for n in range(n)))
        done = subprocess.run([sys.executable, "-c", KEPT, str(tmp_path / "a.jsonl")], cwd=ROOT, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        peaks.append(int(done.stdout))
    assert peaks[1] - peaks[0] < 30_000, "kB; it was 90 MB"


@pytest.mark.parametrize(
    "extension, good, n_mb",
    [("jsonl", row("a", "b"), 1024), ("csv", "prompt,completion\na,b\n", 40), ("txt", "ann: q\nbob: a\n", 40)],
)
def test_a_line_of_a_gigabyte_costs_less_than_300_mb(tmp_path: Path, extension: str, good: str, n_mb: int) -> None:
    path = tmp_path / f"huge.{extension}"
    with path.open("wb") as file:
        file.write(good.encode())
        for _ in range(n_mb):
            file.write(b"x" * (1 << 20))
        file.write(b"\n" + good.encode())
    done = subprocess.run([sys.executable, "-c", MEASURED, str(path)], cwd=ROOT, capture_output=True, text=True, timeout=120)
    n_rows, rejected, peak_mb = json.loads(done.stdout or done.stderr)
    assert n_rows >= 2 and rejected == [good.count("\n") + 1] and peak_mb < 300


def test_the_terminal_asks_before_it_leaves_rows_out(tmp_path: Path) -> None:
    path = tmp_path / "talks.jsonl"
    good = '{"messages":[{"role":"user","content":"q%d"},{"role":"assistant","content":"a"}]}\n'
    path.write_text(good % 1 + '{"messages":[]}\n' + good % 2 + good % 3)
    no = CliRunner().invoke(command, [str(path), "--format", "chat"], input="n\n")
    assert no.exit_code == 0 and "line 2: there is no list of messages" in no.output and "Nothing was written." in no.output
    yes = CliRunner().invoke(command, [str(path), "--format", "chat", "--quiet"])
    assert yes.exit_code == 0 and "Rows that cannot be used: 1" in yes.output
