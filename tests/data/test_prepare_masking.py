"""`flask prepare` and personal data: asked for conversations, and for completions only when told to."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from chatbot import create_app
from chatbot.commands.prepare import command
from chatbot.data.masking import KINDS
from chatbot.flows import masking
from chatbot.settings import Settings

ASKED = ["I am Ann Lee, a@x.io", "I am Bob Moe, b@x.io", "is it open?"]


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    path = tmp_path / "pairs.jsonl"
    path.write_text("".join(json.dumps({"prompt": asked, "completion": f"Thanks {n}"}) + "\n" for n, asked in enumerate(ASKED)))
    return path


def prepared(path: Path, *options: str) -> str:
    """What is written with these options, as text."""
    result = CliRunner().invoke(command, [str(path), "--quiet", *options])
    assert result.exit_code == 0, result.output
    return path.with_name("pairs_prepared.jsonl").read_text()


def test_completions_are_prepared_as_the_old_tool_did(pairs: Path) -> None:
    assert "Ann Lee, a@x.io" in prepared(pairs)


def test_completions_are_masked_when_told_to(pairs: Path) -> None:
    text = prepared(pairs, "--mask", "--keep", "Bob Moe")
    assert "I am [NAME_1], [EMAIL_1]" in text and "I am Bob Moe, [EMAIL_1]" in text and "is it open?" in text


def test_conversations_are_masked_unless_told_not_to(pairs: Path) -> None:
    assert "I am [NAME_1], [EMAIL_1]" in prepared(pairs, "--format", "chat")
    pairs.with_name("pairs_prepared.jsonl").unlink()
    assert "I am Ann Lee, a@x.io" in prepared(pairs, "--format", "chat", "--no-mask")


def test_what_stays_on_the_site_stays_in_the_terminal(pairs: Path, tmp_path: Path) -> None:
    app = create_app(Settings(home=tmp_path / "home", cache=tmp_path / "cache"))
    house = app.extensions["homegrown"]
    with app.app_context():
        assert "I am [NAME_1], [EMAIL_1]" in prepared(pairs, "--mask") and not (tmp_path / "home").exists(), "no site, no database"
        (tmp_path / "home").mkdir()
        masking.choose(house, [kind for kind in KINDS if kind != "EMAIL"], ["Bob Moe"])
        pairs.with_name("pairs_prepared.jsonl").unlink()
        text = prepared(pairs, "--mask")
    assert "I am [NAME_1], a@x.io" in text and "I am Bob Moe, b@x.io" in text


def test_rows_are_shown_with_what_becomes_of_them(pairs: Path) -> None:
    shown = CliRunner().invoke(command, [str(pairs), "--quiet", "--format", "chat"]).output
    assert "row 1, pairs.jsonl:1: I am Ann Lee, a@x.io" in shown and "→ I am [NAME_1], [EMAIL_1]" in shown


def test_a_file_of_conversations_needs_no_format(tmp_path: Path) -> None:
    path = tmp_path / "talks.jsonl"
    talk = {"messages": [{"role": "user", "content": "is it open?"}, {"role": "assistant", "content": "Hello Mia! Yes."}]}
    path.write_text(json.dumps(talk) + "\n" + json.dumps(talk | {"id": 2}) + "\n")
    result = CliRunner().invoke(command, [str(path), "--quiet"])
    assert result.exit_code == 0 and "Hello [NAME_1]!" in (tmp_path / "talks_prepared.jsonl").read_text(), "who is greeted is no business"
