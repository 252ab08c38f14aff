"""`flask evaluate`: how many questions a model answers right, alone and with its approved answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Sequence

import click
from flask.cli import with_appcontext

from chatbot.commands.common import house, plain_errors
from chatbot.flows import asking
from chatbot.flows import evaluate as story
from chatbot.flows.evaluate import Mark, Report, Row

FIGURES = (
    ("right", "accuracy"),
    ("right at once", "at_once"),
    ("made up", "made_up"),
    ("handed over", "refused"),
    ("outside: handed over", "outside_handed_over"),
    ("corrected by the guard", "guarded"),
    ("found first", "recall_1"),
    ("found in three", "recall_3"),
)


@click.command("evaluate")
@click.option("--model", "-m", help="Model to ask; default: the one that is live.")
@click.option("--only", "-o", multiple=True, type=click.Choice(story.WAYS), help="Ask in this way only; may be repeated.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@click.argument("file", type=click.Path(path_type=Path))
@with_appcontext
@plain_errors
def command(model: str | None, only: tuple[str, ...], as_json: bool, file: Path) -> None:
    """Ask the questions of FILE: a JSON object a line, {"question", "answer", "must": […]}.

    An answer is right when it has every string of "must". Without answer and must a question is outside the field, and a
    person is to be offered."""
    rows = story.rows_of(file.read_bytes())
    model = model or asking.live_model(house())
    asking.style_of(house(), model)  # learns of a training that has just ended
    ways = [way for way in story.ways_of(house(), model) if not only or way in only]
    if not ways:
        raise click.ClickException(f"{model} cannot be asked in that way: it has no approved answers, or is a base model.")
    marks: dict[str, list[Mark]] = {way: [] for way in ways}
    with click.progressbar(length=len(rows) * len(ways), label="Asking", file=click.get_text_stream("stderr")) as bar:
        for way in ways:
            for row in rows:
                marks[way].append(story.judge(house(), model, way, row))
                bar.update(1)
    if as_json:
        click.echo(json.dumps({"model": model, "file": file.name} | story.as_json(rows, marks), ensure_ascii=False, indent=1))
    else:
        _print_rows(rows, marks)
        print_reports({way: story.report(rows, of) for way, of in marks.items()})


def _print_rows(rows: Sequence[Row], marks: dict[str, list[Mark]]) -> None:
    """A line a question: one sign for each way, the question, the last way's answer."""
    click.echo("+ right, - wrong, ! something made up, ? a person offered, x error; one sign for each of: " + ", ".join(marks))
    for number, row in enumerate(rows):
        signs = "".join(_sign(row, of[number]) for of in marks.values())
        last = list(marks.values())[-1][number]
        strange = f"  [in no source: {', '.join(last.made_up)}]" if last.made_up else ""
        click.echo(f"{signs}  {row.question}  →  {last.answer or last.error}{strange}".replace("\n", " "))
    click.echo()


def _sign(row: Row, mark: Mark) -> str:
    if mark.error:
        return "x"
    if mark.right or (row.outside and mark.handed_over):
        return "+"
    return "!" if mark.made_up else "?" if mark.handed_over else "-"


def print_reports(reports: dict[str, Report]) -> None:
    """The figures of each way of asking, side by side."""
    width = max(len(name) for name, _ in FIGURES)
    click.echo(" " * width + "".join(f"{way:>17}" for way in reports))
    for name, field in FIGURES:
        click.echo(f"{name:{width}}" + "".join(f"{_percent(getattr(each, field)):>17}" for each in reports.values()))
    for name, field, form in (("chrF", "chrf", "{:.1f}"), ("first word, seconds", "first", "{:.2f}"), ("whole answer, seconds", "seconds", "{:.2f}")):
        click.echo(f"{name:{width}}" + "".join(f"{_number(getattr(each, field), form):>17}" for each in reports.values()))


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.1f} %"


def _number(value: Any, form: str) -> str:
    return "" if value is None else form.format(value)
