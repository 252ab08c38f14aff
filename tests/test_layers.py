"""The rooms are stacked: imports only go down, and a few packages are known to one room alone."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "chatbot"

GROUND = {"records", "settings"}
MAY_IMPORT = {
    "records": set(),
    "settings": set(),
    "data": GROUND,
    "prompting": GROUND,
    "client": GROUND,
    "store": GROUND,
    "mail": GROUND,
    "engine": set(),
    "flows": GROUND | {"data", "prompting", "client", "store", "mail"},
    "web": GROUND | {"flows", "client", "store", "data", "prompting"},
    "house": GROUND | {"client", "store", "engine"},
    "commands": GROUND | {"house", "flows", "web", "client", "store"},
    "gunicorn_conf": {"flows"},
}
KNOWN_ONLY_TO = {
    "openai": ("client.py",),
    "sqlalchemy": ("store/",),
    "alembic": ("store/",),
    "smtplib": ("mail.py",),
    "torch": ("engine/trainer/", "engine/encoders/"),
    "xllamacpp": ("engine/llama_child.py",),
}


def modules() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")


def imports(path: Path) -> list[str]:
    """Full names of what a file imports, at any depth; TYPE_CHECKING blocks count too."""
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            module = _absolute(path, node)
            found += [f"{module}.{alias.name}" for alias in node.names] if module == "chatbot" else [module]
    return found


def _absolute(path: Path, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    package = path.relative_to(ROOT).parts[: -node.level]
    return ".".join((*package, *filter(None, [node.module])))


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_only_go_down(path: Path) -> None:
    room = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    allowed = MAY_IMPORT[room] | {room}
    for name in imports(path):
        if name.startswith("chatbot."):
            assert name.split(".")[1] in allowed, f"{room} may not import {name}"


@pytest.mark.parametrize("package", KNOWN_ONLY_TO)
def test_a_package_is_known_to_one_room(package: str) -> None:
    users = [
        str(path.relative_to(PACKAGE))
        for path in modules()
        if any(name == package or name.startswith(package + ".") for name in imports(path))
    ]
    assert users, f"nobody imports {package}: take it out of requirements.txt"
    assert all(user.startswith(KNOWN_ONLY_TO[package]) for user in users), users


@pytest.mark.parametrize("room", ["data", "prompting"])
def test_pure_rooms_touch_no_disk_network_clock_or_flask(room: str) -> None:
    banned = {"os", "pathlib", "time", "datetime", "socket", "requests", "httpx2", "flask", "random", "sqlite3", "shutil"}
    for path in (PACKAGE / room).rglob("*.py"):
        used = {name.split(".")[0] for name in imports(path)}
        assert not used & banned, f"{path}: {used & banned}"
