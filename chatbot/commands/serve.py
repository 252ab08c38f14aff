"""`flask serve`: the whole site under gunicorn, as `make run` starts it."""

from __future__ import annotations

import os
import socket
import sys

import click
from flask.cli import with_appcontext

from chatbot.commands.common import house, plain_errors
from chatbot.settings import ROOT, netloc
from chatbot.web.auth import setup_link


@click.command("serve")
@with_appcontext
@plain_errors
def command() -> None:
    """Serve the site at HOST and PORT (default http://127.0.0.1:5000)."""
    settings = house().settings
    check_port(settings.host, settings.port)
    house().check()
    click.echo(f"Homegrown runs at http://{netloc(settings.host, settings.port)}  (Ctrl+C stops it)")
    link = setup_link(house())
    if link:
        click.echo(f"Make the first admin account here, once: {link}")
    run_server("wsgi:app", settings.host, settings.port)


def check_port(host: str, port: int) -> None:
    """Raise ClickException when nobody can listen on `port`."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OverflowError as error:
            raise click.ClickException(f"There is no port {port}. Choose one from 1 to 65535.") from error
        except OSError as error:
            raise click.ClickException(
                f"Port {port} on {host} cannot be used ({error.strerror}). Choose another: PORT={port + 1} make run"
            ) from error


def run_server(application: str, host: str, port: int) -> None:
    """Become gunicorn. One gevent worker: streams are cheap there, and the engine's children have one parent."""
    sys.stdout.flush()
    house().close()
    command_line = ["gunicorn", "--config", str(ROOT / "chatbot" / "gunicorn_conf.py")]
    command_line += ["--chdir", str(ROOT), "--bind", netloc(host, port), application]
    os.execv(sys.executable, [sys.executable, "-m", *command_line])
