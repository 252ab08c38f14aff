"""`flask models`: what can be asked."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from chatbot.commands.common import house, plain_errors
from chatbot.flows import reply


@click.command("models")
@with_appcontext
@plain_errors
def command() -> None:
    """List the models, one id a line; the live one is marked with a star."""
    live = reply.live_model(house())
    for model in house().client.models():
        click.echo(f"{'*' if model.id == live else ' '} {model.id}")
