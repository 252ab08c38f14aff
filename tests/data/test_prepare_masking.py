"""`flask prepare` and personal data: asked for conversations, and for completions only when told to."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from chatbot.commands.prepare import command

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


def test_rows_are_shown_with_what_becomes_of_them(pairs: Path) -> None:
    shown = CliRunner().invoke(command, [str(pairs), "--quiet", "--format", "chat"]).output
    assert "row 1, pairs.jsonl:1: I am Ann Lee, a@x.io" in shown and "→ I am [NAME_1], [EMAIL_1]" in shown
