"""What is kept to save time: made once, and again by itself when it is damaged."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from chatbot.engine import cache
from chatbot.engine.bases import DEFAULT, Base, find_bases, serving_file


@pytest.fixture
def base(config) -> Base:
    return find_bases(config)[DEFAULT]


@pytest.fixture
def built(tmp_path):
    """A folder that is built once, and the list of its builds."""
    builds = []

    def build(draft: Path) -> None:
        builds.append(draft)
        (draft / "in").mkdir(parents=True)
        (draft / "in" / "weights").write_bytes(b"12345")
        (draft / "config.json").write_text("{}")

    return lambda: cache.build_once(tmp_path / "copy", build), builds


def test_a_copy_is_made_once(built):
    make, builds = built
    assert make() == make() and len(builds) == 1 and not builds[0].exists()


@pytest.mark.parametrize(
    "damage",
    [
        lambda copy: (copy / "in" / "weights").write_bytes(b"12354"),
        lambda copy: (copy / "in" / "weights").unlink(),
        lambda copy: (copy / "more").touch(),
        lambda copy: copy.with_name("copy.sums").write_text("{torn"),
        lambda copy: copy.with_name("copy.sums").unlink(),
    ],
)
def test_a_damaged_copy_is_made_again(built, damage):
    make, builds = built
    damage(make())
    assert (make() / "in" / "weights").read_bytes() == b"12345" and len(builds) == 2
    assert make() and len(builds) == 2


def test_a_damaged_serving_copy_is_made_again(config, tmp_path, base, monkeypatch):
    monkeypatch.setattr("chatbot.engine.gguf_file.requantise", lambda source, draft: draft.write_bytes(b"GGUF"))
    config = replace(config, cache=tmp_path / "cache")
    serving_file(config, base).write_bytes(b"GGUE")
    assert serving_file(config, base).read_bytes() == b"GGUF"


@pytest.mark.parametrize("notes", [b"{torn", b"\xff", b"[]", b'{"facts": {"width": 3}}', None])
def test_damaged_notes_are_made_again(tmp_path, notes):
    source, kept, looks = tmp_path / "model.gguf", tmp_path / "notes.json", []
    source.touch()

    def facts() -> dict:
        looks.append(1)
        return {"width": 2}

    def look(keys: set[str]) -> dict:
        return cache.remember(kept, source, facts, keys)

    assert look({"width"}) == look({"width"}) == {"width": 2} and len(looks) == 1
    kept.write_bytes(kept.read_bytes().replace(b"2", b"3") if notes is None else notes)
    assert look({"width"}) == {"width": 2} and len(looks) == 2
    look({"width", "height"})
    assert len(looks) == 3, "notes of another version"
    source.write_bytes(b"new")
    look({"width"})
    assert len(looks) == 4
