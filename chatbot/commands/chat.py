"""`flask chat`: one question, one answer."""

from __future__ import annotations

import sys

import click
from flask.cli import with_appcontext

from chatbot.commands.common import house, plain_errors
from chatbot.flows import reply
from chatbot.flows.guard import whole


@click.command("chat")
@click.option("--model", "-m", help="Model to ask; default: the one that is live.")
@click.argument("text")
@with_appcontext
@plain_errors
def command(model: str | None, text: str) -> None:
    """Print the answer to TEXT and nothing else."""
    pieces = reply.answer(house(), text, model)
    if sys.stdout.isatty():
        for piece in pieces:
            click.echo(f"\n{piece.text}" if piece.replaces else piece.text, nl=False)
        click.echo()
    else:
        click.echo(whole(pieces).strip())
