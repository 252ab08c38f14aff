"""The reference cases: given input and answers, exactly these files and this exit status."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from chatbot.commands.prepare import command

CASES = sorted((Path(__file__).parent / "cases").glob("case*"))


def prepare(case: Path, folder: Path):
    """Run `flask prepare` on a copy of the case; returns the result and the files it wrote."""
    for path in case.iterdir():
        if path.is_file():
            shutil.copy(path, folder)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    mode = ["--quiet"] if (case / "QUIET").exists() else ["--answers", str(folder / "answers.txt")]
    result = CliRunner().invoke(command, [str(next(folder.glob("input.*"))), *mode])
    assert {name: (folder / name).read_bytes() for name in before} == before, "an existing file was changed"
    return result, {path.name: path for path in folder.iterdir() if path.name not in before}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(case: Path, tmp_path: Path) -> None:
    result, written = prepare(case, tmp_path)
    expected = {path.name: path for path in (case / "expected").glob("*.jsonl")}
    assert result.exit_code == int((case / "expected" / "exit_code").read_text()), result.output
    assert sorted(written) == sorted(expected)
    for name, path in expected.items():
        assert [json.loads(line) for line in written[name].open()] == [json.loads(line) for line in path.open()]
        assert written[name].read_bytes() == path.read_bytes()
    if result.exit_code:
        assert result.stderr.count("\n") == 1 and result.stderr.startswith("Error: ")


def test_all_cases_are_here() -> None:
    assert len(CASES) == 17
