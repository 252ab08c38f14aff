"""The same stories on the command line: `flask prepare`, `train`, `evaluate`, `chat`, `models`, `api-key`, `engine`, `serve`."""

from __future__ import annotations

from flask import Flask

from chatbot.commands import chat, engine, evaluate, keys, models, prepare, serve, train


def register(app: Flask) -> None:
    """Add our commands to `flask`."""
    for module in (chat, engine, evaluate, keys, models, prepare, serve, train):
        app.cli.add_command(module.command)
