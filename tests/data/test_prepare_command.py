"""`flask prepare` and the story behind it: the files, their names, what is asked and said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from chatbot.commands.prepare import command
from chatbot.flows import prepare
from chatbot.records import DataError
from chatbot.settings import ROOT

SCRIPT = "Text\nHi\nwhat is a stack\na pile\nwhy a queue\nfairness, above all\n"
SAMPLE = ROOT / "chatbot" / "samples" / "dsa.csv"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "data.csv"
    path.write_text(SCRIPT)
    return path


def run(*arguments: object, typed: str = ""):
    return CliRunner().invoke(command, [str(argument) for argument in arguments], input=typed)


def lines(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_the_script_from_csv_to_prepared_jsonl(data: Path) -> None:
    result = run(data, "--quiet")
    assert result.exit_code == 0, result.output
    assert lines(data.with_name("data.jsonl"))[0] == {"prompt": "what is a stack", "completion": "a pile"}
    assert lines(data.with_name("data_prepared.jsonl")) == [
        {"prompt": "what is a stack ->", "completion": " a pile\n"},
        {"prompt": "why a queue ->", "completion": " fairness, above all\n"},
    ]
    assert f"flask train {data.with_name('data_prepared.jsonl')}" in result.output and 'stop=["\\n"]' in result.output


def test_chat_form(data: Path, tmp_path: Path) -> None:
    assert run(data, "--quiet", "--format", "chat", "--out", tmp_path / "new" / "er").exit_code == 0
    (first, _) = lines(tmp_path / "new" / "er" / "data_prepared.jsonl")
    assert first == {"messages": [{"role": "user", "content": "what is a stack"}, {"role": "assistant", "content": "a pile"}]}
    assert sorted(path.name for path in (tmp_path / "new" / "er").iterdir()) == ["data.jsonl", "data_prepared.jsonl"]


@pytest.mark.parametrize("no", ["n", "N"])
def test_only_n_alone_is_no(data: Path, no: str) -> None:
    assert run(data, typed=f"no\n{no}\n\ny\n").exit_code == 0
    assert lines(data.with_name("data_prepared.jsonl"))[0] == {"prompt": "what is a stack ->", "completion": " a pile"}


def test_all_refused_leaves_the_plain_file_to_train_on(data: Path) -> None:
    result = run(data, typed="n\n" * 3)
    assert result.exit_code == 0 and f"flask train {data.with_name('data.jsonl')}" in result.output
    assert sorted(path.name for path in data.parent.iterdir()) == ["data.csv", "data.jsonl"]


def test_the_last_no_writes_nothing(data: Path) -> None:
    result = run(data, typed="y\ny\ny\nn\n")
    assert result.exit_code == 0 and "Nothing was written" in result.output
    assert [path.name for path in data.parent.iterdir()] == ["data.csv"]


def test_taken_names_are_left_alone(data: Path) -> None:
    assert run(data, "--quiet").exit_code == run(data, "--quiet").exit_code == 0
    names = sorted(path.name for path in data.parent.iterdir())
    assert names == ["data (1).jsonl", "data.csv", "data.jsonl", "data_prepared (1).jsonl", "data_prepared.jsonl"]


def test_too_few_answers_write_nothing(data: Path, tmp_path: Path) -> None:
    answers = tmp_path / "answers.txt"
    answers.write_text("y\n")
    result = run(data, "--answers", answers)
    assert result.exit_code == 1 and "too few lines" in result.stderr
    assert not data.with_name("data.jsonl").exists()


def test_an_interrupted_terminal_writes_nothing(data: Path) -> None:
    assert run(data, typed="y\n").exit_code == 1
    assert [path.name for path in data.parent.iterdir()] == ["data.csv"]


def test_first_speaker(data: Path) -> None:
    assert run(data, "--quiet", "--first-speaker", "human").exit_code == 0
    assert lines(data.with_name("data.jsonl"))[0] == {"prompt": "Hi", "completion": "what is a stack"}


@pytest.mark.parametrize("name", ["missing.csv", "."])
def test_unreadable_paths_are_one_sentence(tmp_path: Path, name: str) -> None:
    result = run(tmp_path / name, "--quiet")
    assert result.exit_code == 1 and result.stderr.startswith("Error: ") and result.stderr.count("\n") == 1


def test_a_folder_that_cannot_be_written_is_one_sentence(data: Path) -> None:
    result = run(data, "--quiet", "--out", data)
    assert result.exit_code == 1 and result.stderr.count("\n") == 1


def test_the_sample(tmp_path: Path) -> None:
    assert run(SAMPLE, "--quiet", "--out", tmp_path).exit_code == 0
    prepared = prepare.examples_of_file(tmp_path / "dsa_prepared.jsonl")
    plain = prepare.examples_of_file(SAMPLE)
    assert prepared.style == "completions" and plain.style == "chat" and len(plain.examples) == 188
    assert [(e.question, e.answer) for e in prepared.examples] == [(e.question, e.answer) for e in plain.examples]


def test_the_page_asks_the_same_questions_and_gets_the_same_files(data: Path) -> None:
    inspection = prepare.inspect("data.csv", SCRIPT.encode())
    asked = [finding.id for finding in prepare.questions(inspection, "completions") if finding.kind == "recommended"]
    assert asked == ["separator", "ending", "leading-blank"]
    files, summary = prepare.finish(inspection, {}, "completions")
    assert run(data, "--quiet").exit_code == 0
    assert {name: (data.parent / name).read_bytes() for name, _ in files} == {name: b"".join(content) for name, content in files}
    assert (summary.n_training, summary.n_validation) == (2, 0)


def test_the_page_asks_for_the_split_last() -> None:
    pairs = "prompt,completion\n" + "".join(f"word {n},{'yes' if n % 2 else 'no'}\n" for n in range(20))
    inspection = prepare.inspect("data.csv", pairs.encode())
    assert prepare.questions(inspection, "completions")[-1].id == "split"
    files, summary = prepare.finish(inspection, {"split": False}, "completions")
    assert [name for name, _ in files] == ["data_prepared.jsonl"] and summary.n_training == 20
    files, summary = prepare.finish(inspection, {}, "completions")
    assert [name for name, _ in files] == ["data_prepared_train.jsonl", "data_prepared_valid.jsonl"]
    assert (summary.n_training, summary.n_validation) == (16, 4)


def test_clean_chat_lines_need_no_new_file_and_keep_their_extras() -> None:
    line = '{"messages":[{"role":"user","content":"q%d"},{"role":"assistant","content":"a","weight":1}],"tools":[]}\n'
    clean = "".join(line % n for n in range(3))
    inspection = prepare.inspect("c.jsonl", clean.encode())
    assert inspection.formats == ("chat",) and prepare.finish(inspection, {}, "chat")[0] == []
    ((name, content),), _ = prepare.finish(prepare.inspect("c.jsonl", (clean + line % 0).encode()), {}, "chat")
    assert name == "c_prepared.jsonl" and b"".join(content).decode() == clean
    with pytest.raises(DataError, match="chat format"):
        prepare.analyse(inspection, "completions")


def test_pairs_become_chat_without_their_signs() -> None:
    inspection = prepare.inspect("p.jsonl", b'{"prompt":"a ->","completion":" b\\n"}\n{"prompt":"c ->","completion":" d\\n"}\n')
    ((name, content),), _ = prepare.finish(inspection, {}, "chat")
    assert name == "p_prepared.jsonl"
    assert json.loads(b"".join(content).splitlines()[0])["messages"] == [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]
