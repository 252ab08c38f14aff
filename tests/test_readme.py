"""The README must not lie: every setting, command and room it names exists, and the other way round."""

import re

import pytest

from chatbot.settings import _VARIABLES, ROOT

README = (ROOT / "README.md").read_text()


def test_every_setting_is_explained():
    table = README.split("## Settings")[1].split("**Another")[0]
    assert set(re.findall(r"`([A-Z_]+)`", table)) == set(_VARIABLES.values()) | {"OPENAI_KEY"}


def test_the_example_file_explains_what_the_script_knew():
    names = set(re.findall(r"^#? ?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.M))
    assert {"OPENAI_API_KEY", "OPENAI_BASE_URL"} <= names <= set(_VARIABLES.values()) | {"OPENAI_KEY"}


def test_every_command_is_explained(app):
    builtin = {"run", "shell", "routes"}
    assert set(re.findall(r"^\| `flask ([a-z-]+)", README, re.M)) == set(app.cli.commands) - builtin


def shown_commands() -> list[str]:
    """The command lines in indented blocks, like `flask train x.jsonl --suffix dsa`."""
    return re.findall(r"^    ((?:flask|make) .+)$", README, re.M)


@pytest.mark.parametrize("line", shown_commands())
def test_every_command_line_can_be_typed(line, app):
    program, name, *words = line.split()
    if program == "make":
        assert re.search(rf"^{name}:", (ROOT / "Makefile").read_text(), re.M)
        return
    known = {option for parameter in app.cli.commands[name].params for option in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= known


def tree() -> list[str]:
    block = README.split("## The house")[1].split("\n\n")[1]
    paths, folder = [], ""
    for line in block.splitlines():
        depth, names = len(line) - len(line.lstrip()), re.match(r"\s*((?:[\w.]+/?(?: |$))+)", line)[1].split()
        folder = "chatbot/" if depth > 4 else ""
        paths += [folder + name for name in names if depth > 4 or "." in name or name.endswith("/")]
    return paths


@pytest.mark.parametrize("path", tree())
def test_every_room_in_the_tree_exists(path):
    assert (ROOT / path).exists()


def test_nothing_is_missing_from_the_tree():
    here = {f"chatbot/{path.name}" for path in (ROOT / "chatbot").iterdir()}
    assert here - {"chatbot/__pycache__"} <= {path.rstrip("/") for path in tree()}
