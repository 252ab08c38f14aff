"""`flask prepare`: ask the preparation questions on the terminal and write the training files."""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path
from typing import Any, Callable, Iterable, Iterator, Sequence

import click
from flask import current_app

from chatbot.commands.common import house, plain_errors
from chatbot.commands.mapping import mapping_options, show
from chatbot.flows import masking, prepare
from chatbot.flows.prepare import Rules, placed, visible
from chatbot.records import DataError
from chatbot.store import dataset_files

Ask = Callable[[str], bool]
WIDTH = 100  # characters of a row that is shown
SHOWN = 20  # rows that cannot be used


@click.command("prepare")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--quiet", "-q", is_flag=True, help="Say yes to every question.")
@click.option("--answers", type=click.Path(path_type=Path), help="Read the answers from this file, one a line.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder to write to; default: beside FILE.")
@click.option("--format", "style", type=click.Choice(["completions", "chat"]), help="Default: completions; chat for what holds conversations already.")
@click.option("--mask/--no-mask", default=None, help="Ask about personal data and secrets; default: for chat only.")
@click.option("--keep", multiple=True, help="Never mask this e-mail address, phone number or name; may be repeated.")
@mapping_options
@plain_errors
def command(
    file: Path,
    quiet: bool,
    answers: Path | None,
    out: Path | None,
    style: prepare.Style | None,
    mapping: prepare.Mapping,
    mask: bool | None,
    keep: tuple[str, ...],
) -> None:
    """Make training data of FILE: a table, a chat log, subtitles, another bot's export (a folder is packed first)."""
    ask = _asker(quiet, answers)
    inspection = prepare.inspect_folder(file, mapping) if file.is_dir() else prepare.inspect_file(file, mapping, will_ask=style != "chat")
    style = style or ("completions" if "completions" in inspection.formats else "chat")
    show(inspection)
    # the questions for completions are those of the old tool, in its order: files of answers written for it must go on working
    if mask or (mask is None and style == "chat"):
        inspection = replace(inspection, rules=_rules(keep))
    for warning in inspection.reading.warnings:
        click.echo(f"! {warning}")
    if inspection.reading.rejected and not _agreed(inspection.reading.rejected, ask):
        click.echo("Nothing was written.")
        return
    analysis = prepare.analyse(inspection, style)
    for finding in analysis.findings:
        click.echo(f"- {finding.message}")
    if analysis.error:
        raise DataError(analysis.error)
    given = _ask_all(analysis.findings, ask)
    result = prepare.draft(analysis, given, style)
    if result.split:
        given[result.split.id] = ask(f"- [Recommended] {result.split.action}")
    folder = out or file.parent
    files, summary = prepare.files_of(inspection, result, given, style, lambda name: (folder / name).exists())
    is_due = result.changed or given.get(prepare.SPLIT, False)
    if is_due and not ask("\nWrite the new files?"):
        click.echo("Nothing was written.")
        return
    dataset_files.save(folder, files)
    written = [folder / name for name, _ in files]
    _report(written, folder / summary.training if written else file, summary)


def _rules(keep: Sequence[str]) -> Rules:
    """What is masked: what the site masks, if there is one, but for its values that stay and those of `keep`."""
    chosen = masking.choices(house()) if current_app and house().settings.has_database else masking.NOTHING
    if chosen != masking.NOTHING:
        click.echo(f"Masking as set on the site: {len(chosen['keep'])} values stay, {len(chosen['off'])} kinds are not masked.")
    return Rules.chosen(chosen, keep)


def _agreed(rejected: Sequence[Any], ask: Ask) -> bool:
    """Show the rows that cannot be used, and ask whether to go on without them."""
    click.echo(f"\nRows that cannot be used: {len(rejected)}")
    for row in rejected[:SHOWN]:
        file, line = placed("", row.line)
        click.echo(f"  {f'{file}, ' if file else ''}line {line}: {row.reason}")
    if len(rejected) > SHOWN:
        click.echo(f"  and {len(rejected) - SHOWN} more")
    return ask("- [Recommended] Leave them out and keep the others")


def _ask_all(findings: Iterable[Any], ask: Ask) -> dict[str, bool]:
    """Announce what is necessary and ask what is recommended, in order."""
    actions = [finding for finding in findings if finding.kind in ("necessary", "recommended")]
    click.echo("\nWhat will be done:" if actions else "\nThere is nothing to mend.")
    given = {}
    for finding in actions:
        if finding.kind == "necessary":
            click.echo(f"- [Necessary] {finding.action}")
        else:
            _show(finding)
            given[finding.id] = ask(f"- [Recommended] {finding.action}")
    return given


def _show(finding: Any) -> None:
    """Some of the rows concerned, and what would become of them."""
    for sample in finding.samples:
        place = f"row {sample.row}" + (f", {sample.source}" if sample.source else "")
        click.echo(f"    {place}: {_line(sample.before)}")
        if sample.after not in (None, sample.before):
            click.echo(f"    {' ' * len(place)}→ {_line(sample.after)}")


def _line(text: str) -> str:
    """The text on one line of the terminal, without signs that would steer it."""
    text = "".join(sign if sign.isprintable() else " " for sign in visible(text))
    return text if len(text) <= WIDTH else f"{text[: WIDTH // 2]} … {text[-WIDTH // 2 :]}"


def _asker(quiet: bool, answers: Path | None) -> Ask:
    if answers:
        lines = iter(answers.read_text(encoding="utf-8", errors="replace").splitlines())
        return lambda question: _is_yes(_echoed(question, _next(lines, answers)))
    if quiet:
        return lambda question: _is_yes(_echoed(question, "Y"))
    return lambda question: _is_yes(click.prompt(f"{question} [Y/n]", default="", show_default=False))


def _is_yes(answer: str) -> bool:
    return answer not in ("n", "N")


def _echoed(question: str, answer: str) -> str:
    click.echo(f"{question} [Y/n]: {answer}")
    return answer


def _next(lines: Iterator[str], answers: Path) -> str:
    try:
        return next(lines)
    except StopIteration:
        raise click.ClickException(f"{answers.name} has too few lines: every question needs an answer, Y or n.") from None


def _report(written: list[Path], training: Path, summary: Any) -> None:
    click.echo()
    for path in written:
        click.echo(f"Wrote {path}")
    if summary.n_validation:
        click.echo(f"{summary.n_training} rows to train on, {summary.n_validation} kept aside.")
    click.echo(f"Train a model on it: flask train {shlex.quote(str(training))}")
    for hint in summary.hints:
        click.echo(str(hint))
