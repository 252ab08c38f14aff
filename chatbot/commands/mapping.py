"""Options that say how a file is to be understood, and how the terminal shows what was understood."""

from __future__ import annotations

import shlex
from functools import wraps
from typing import Any, Callable

import click

from chatbot.flows.prepare import CHOICES, Inspection, Mapping

SHOWN = 2  # dialogues
WIDTH = 100  # characters of a line
SIDES = {"assistant": "Bot", "user": "Person", "system": "Instruction"}
PARTS = {
    "question": "The column of the questions.",
    "answer": "The column of the answers.",
    "speaker": "The column that says who speaks.",
    "text": "The column of what is said.",
    "conversation": "The column that tells conversations apart.",
    "time": "The column of the times, by which messages are put in order.",
}


def mapping_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of a `Mapping`, and that in the argument `mapping`; what is not given is found out."""

    @wraps(command)
    def run(*arguments: Any, **options: Any) -> Any:
        said = {part: options.pop(part) or "" for part in (*PARTS, "encoding")}
        mapping = Mapping(first_speaker=options.pop("first_speaker"), bots=options.pop("bot"), **said)
        return command(*arguments, mapping=mapping, **options)

    run = click.option("--bot", multiple=True, help="A speaker who is the bot; may be repeated.")(run)
    for part, words in reversed(PARTS.items()):
        run = click.option(f"--{part}", metavar="COLUMN", help=words)(run)
    side = click.option("--first-speaker", type=click.Choice(["bot", "human"]), help="Who says the first row; default: found out.")
    return click.option("--encoding", type=click.Choice(CHOICES), help="How the letters are written; default: found out.")(side(run))


def show(inspection: Inspection) -> None:
    """What the file was understood as, and its first dialogues."""
    said = {name: value for name, value in inspection.reading.mapping.as_json().items() if name != "encoding" or value != "utf-8"}
    if said:
        click.echo("Read with " + " ".join(f"--{_option(name)} {_words(value)}" for name, value in said.items()))
    for dialogue in inspection.reading.dialogues[:SHOWN]:
        for turn in dialogue.turns:
            text = " ".join(turn.text.split())
            click.echo(f"  {SIDES[turn.role]}: {text if len(text) <= WIDTH else text[: WIDTH - 1] + '…'}")
        click.echo()


def _option(name: str) -> str:
    return {"bots": "bot"}.get(name, name.replace("_", "-"))


def _words(value: Any) -> str:
    return " --bot ".join(map(shlex.quote, value)) if isinstance(value, list) else shlex.quote(value)
