"""`flask api-key`: keys for programs that use `/v1`."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from chatbot.commands.common import house, plain_errors
from chatbot.store import api_keys


@click.group("api-key")
def command() -> None:
    """Keys for programs that speak the OpenAI API with this machine."""


@command.command("create")
@click.argument("name")
@with_appcontext
@plain_errors
def create(name: str) -> None:
    """Make a key called NAME and print it, this once."""
    click.echo(api_keys.create(house().store, name))
