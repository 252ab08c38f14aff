"""What every command shares: the house it works in, and how it says that something is wrong."""

from __future__ import annotations

from functools import wraps
from typing import Any, Callable

import click
from flask import current_app

from chatbot.records import HomegrownError


def house() -> Any:
    """The parts of this installation (`chatbot.house.House`)."""
    return current_app.extensions["homegrown"]


def plain_errors(command: Callable[..., Any]) -> Callable[..., Any]:
    """Show what a person can mend as one sentence on standard error, exit status 1."""

    @wraps(command)
    def run(*arguments: Any, **options: Any) -> Any:
        try:
            return command(*arguments, **options)
        except HomegrownError as error:
            raise click.ClickException(str(error)) from error
        except OSError as error:
            named = f"{error.filename}: " if error.filename else ""
            raise click.ClickException(f"{named}{error.strerror or error}.") from error

    return run
