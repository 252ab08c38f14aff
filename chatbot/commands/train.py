"""`flask train`: tune a model on a file and wait for it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext

from chatbot.commands.common import house, plain_errors
from chatbot.flows import estimate, finetune, outlook, prepare, schedule, similar
from chatbot.flows.finetune import Progress
from chatbot.flows.persona import current_persona
from chatbot.flows.prepare import TrainingExamples
from chatbot.records import HomegrownError, Job, Message
from chatbot.web import forecast, signals

POLL = 0.5  # seconds


@click.command("train")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--model", "-m", "base_model", help="Base model to tune.")
@click.option("--suffix", "-s", help="A word of yours in the new model's name.")
@click.option("--epochs", "-e", type=click.IntRange(1, 50), help="Passes over the data; default: chosen by size.")
@click.option("--no-retrieval", is_flag=True, help="Do not keep FILE's answers for the model to look up.")
@with_appcontext
@plain_errors
def command(file: Path, base_model: str | None, suffix: str | None, epochs: int | None, no_retrieval: bool) -> None:
    """Tune a model on FILE (prepared JSONL, or any dialogues) and print the new model's id as the last line.

    Its answers become the approved answers of the model: those near a question are in its prompt, and the facts of its
    answer are checked against them."""
    house().check()
    read = prepare.examples_of_file(file)
    _forecast(read, base_model or house().settings.default_model, epochs, not no_retrieval)
    choices = {"base_model": base_model, "suffix": suffix, "epochs": epochs, "retrieval": not no_retrieval}
    job = finetune.start(house(), read.examples, read.style, dataset_sha256=read.sha256, **choices)
    click.echo(f"{job.id}: {len(read.examples)} examples from {file.name}", err=True)
    model = _wait(job.id)
    similar.settle(house(), job.id)
    click.echo(model)


def _forecast(read: TrainingExamples, base: str, epochs: int | None, retrieval: bool) -> None:
    """Say what the data lack, and what the training takes."""
    look = outlook.of_examples(read.examples, len(read.examples), read.style, current_persona(house()), [base])
    for signal in signals.before(look):
        click.echo(f"{signal.title}. {signal.text}", err=True)
    tokens = (look.looked_up if retrieval else look.plain)[base]
    passes = epochs or schedule.passes(look.n_examples, retrieval)
    if passes < 1:
        some = f"{schedule.ENOUGH:,} of the {look.n_examples:,} examples"
        click.echo(f"It practises on {some}, which is enough to learn to use all of them; --epochs 1 takes every one.", err=True)
    if not house().settings.openai_base_url:
        seconds = estimate.seconds(tokens.computed, passes, estimate.pace(house().client.jobs(), base), base)
        click.echo(f"about {_duration(seconds)} and {estimate.memory(base, tokens.all) / 1e9:.1f} GB of memory", err=True)
    elif price := forecast.price(house(), base):
        dollars = tokens.all * passes * price / 1e6
        click.echo(f"about ${dollars:.2f} at the prices OpenAI published in {estimate.PRICES_OF}", err=True)


def _duration(seconds: float) -> str:
    return f"{max(10, 10 * round(seconds / 10))} s" if seconds < 180 else f"{round(seconds / 60)} min"


def _wait(job_id: str) -> str:
    """Show progress until the job ends; returns the new model's id or raises HomegrownError."""
    last_event: str | None = None
    with click.progressbar(length=1, label="Training", file=click.get_text_stream("stderr")) as bar:
        while True:
            now = finetune.progress(house(), job_id, last_event)
            last_event = now.last_event
            _show(bar, now)
            if now.job.finished:
                return _model_of(now.job)
            time.sleep(POLL)


def _show(bar: Any, now: Progress) -> None:
    if now.total_steps:
        bar.length = now.total_steps
        bar.label = f"Training, loss {now.train_loss[-1][1]:.2f}" if now.train_loss else "Training"
        bar.update(now.step - bar.pos)


def _model_of(job: Job) -> str:
    if job.status == "succeeded":
        return job.fine_tuned_model
    reason = job.error_message or f"The job was {job.status}."
    raise HomegrownError(Message("%(job)s ended without a model. %(reason)s", job=job.id, reason=reason))
