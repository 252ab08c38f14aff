"""`flask engine`: the OpenAI-compatible server alone."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from chatbot.commands.common import house, plain_errors
from chatbot.commands.serve import check_port, run_server
from chatbot.settings import netloc
from chatbot.store import api_keys


@click.command("engine")
@click.option("--port", "-p", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True)
@with_appcontext
@plain_errors
def command(port: int, host: str) -> None:
    """Serve the OpenAI API at http://HOST:PORT/v1. The key is in ENGINE_API_KEY, or made with `flask api-key create`."""
    if not house().settings.engine_api_key and not api_keys.any_valid(house().store):
        raise click.ClickException("There is no key yet: set ENGINE_API_KEY, or run `flask api-key create NAME` first.")
    check_port(host, port)
    click.echo(f"The engine listens on http://{netloc(host, port)}/v1", err=True)
    run_server("wsgi:engine()", host, port)
