"""The story of a training: examples → training file → job → progress → a model that can go live."""

from __future__ import annotations

import json
import random
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, replace
from math import ceil
from typing import Any, Sequence

from chatbot.client import BackendError
from chatbot.flows import schedule
from chatbot.flows.persona import current_persona
from chatbot.flows.similar import begin, data_of, finder, keep
from chatbot.prompting import training_line
from chatbot.prompting.phrases import hand_over
from chatbot.prompting.similar import Index, Neighbour
from chatbot.records import DataError, Example, Job, JobEvent, Message, Persona, Style
from chatbot.store import answer_files, datasets, models
from chatbot.store.tables import Run

FEWEST_EXAMPLES = 10  # the API refuses fewer
VALIDATION_SHARE = 0.05
FEWEST_TO_SPLIT = 40  # below this every example is needed for learning
SPLIT_SEED = 42
_jobs_of_checkpoints: dict[str, str] = {}  # empty: made elsewhere; names are never given twice, so every process may remember
UNKNOWN_EVERY = 10  # one example in so many is shown a second time, without the right answer


@dataclass(frozen=True)
class TrainingFiles:
    """What is sent to the API: JSONL for training, and for validation if there was enough."""

    training: bytes
    validation: bytes | None


def training_files(
    examples: Sequence[Example], persona: Persona, style: Style, index: Index | None = None, n_aside: int | None = None, share: float = 1
) -> TrainingFiles:
    """Render examples through the prompt builder of the chat, with the approved answers each will find in `index`.

    The last `n_aside` are for validation; None: a few are chosen here. A `share` below 1 takes some of both. Raises
    DataError when there are too few."""
    if len(examples) - (n_aside or 0) < FEWEST_EXAMPLES:
        raise DataError(
            Message(
                "Training needs at least %(least)s examples, and here are %(n)s. Add more dialogues and try again.",
                least=FEWEST_EXAMPLES,
                n=len(examples) - (n_aside or 0),
            )
        )
    at = len(examples) - (n_aside or 0)
    parts = split(examples, index is not None) if n_aside is None else (examples[:at], examples[at:])
    training, validation = (_some(part, share) for part in parts)
    if index is None:
        lines = [[training_line(persona, example, style) for example in part] for part in (training, validation)]
    else:
        near = finder(index)
        lines = [[training_line(persona, example, style, near(example)) for example in part] for part in (training, validation)]
        lines[0] += [_unknown(persona, example, style, near(example, True)) for example in training[::UNKNOWN_EVERY]]
    return TrainingFiles(_jsonl(lines[0]), _jsonl(lines[1]) or None)


def _unknown(persona: Persona, example: Example, style: Style, neighbours: Sequence[Neighbour]) -> dict[str, Any]:
    """A line that teaches to offer a person when the right answer is missing."""
    return training_line(persona, replace(example, answer=hand_over(example.question, [example.answer])), style, neighbours)


def _some(examples: Sequence[Example], share: float) -> Sequence[Example]:
    """A share of them in their order, the same ones every time."""
    if share >= 1:
        return examples
    return [examples[place] for place in sorted(random.Random(SPLIT_SEED).sample(range(len(examples)), round(share * len(examples))))]


def split(examples: Sequence[Example], answers_are_shown: bool = True) -> tuple[list[Example], list[Example]]:
    """Keep a few examples aside, the same ones every time, to see whether the model learns or memorises.

    Where approved answers are not shown, only those whose answer another example teaches too: nobody can know the others,
    and a training that is judged by them stops before it has learned anything."""
    known = Counter(example.answer for example in examples)
    places = [place for place, example in enumerate(examples) if answers_are_shown or known[example.answer] > 1]
    wanted = max(2, int(len(examples) * VALIDATION_SHARE))
    if len(examples) < FEWEST_TO_SPLIT or len(places) < 2 * wanted:
        return list(examples), []
    aside = set(random.Random(SPLIT_SEED).sample(places, wanted))
    training = [example for index, example in enumerate(examples) if index not in aside]
    return training, [examples[index] for index in sorted(aside)]


def start(
    house: Any,
    examples: Sequence[Example],
    style: Style,
    *,
    base_model: str | None = None,
    suffix: str | None = None,
    epochs: int | None = None,
    dataset_id: str | None = None,
    dataset_sha256: str = "",
    user_id: int | None = None,
    token: str | None = None,
    retrieval: bool = True,
    gentle: bool = False,
    n_aside: int | None = None,
    dataset_version: int | None = None,
    lineage: dict[str, Any] | None = None,
) -> Job:
    """Upload the examples and queue a job. Records which data and persona the model will come from.

    With `retrieval` the examples become the model's approved answers, which it finds again in chat.
    `gentle` makes it learn in smaller steps. `token` makes a second start with the same token return the first job.
    `n_aside`: see `training_files`. `lineage` tells where the examples come from.
    """
    if token and (known := models.run_of_token(house.store, token)):
        return house.client.job(known.job_id)
    persona, base = current_persona(house), base_model or house.settings.default_model
    client = house.client
    house.start_jobs()
    style = "completions" if _only_completes(house, base) else style
    index = begin(house, examples) if retrieval and len(examples) >= FEWEST_EXAMPLES else None
    passes = schedule.passes(len(examples)) if index and epochs is None else epochs
    if lineage and passes and passes < 1:
        lineage = lineage | {"practised": schedule.ENOUGH}
    files = training_files(examples, persona, style, index, n_aside, passes or 1)
    training_id = client.upload("training.jsonl", files.training)
    validation_id = client.upload("validation.jsonl", files.validation) if files.validation else None
    rate = schedule.rate_multiplier(len(examples), index is not None and not house.settings.openai_base_url, gentle)
    job = client.create_job(base, training_id, validation_id, suffix, passes and ceil(passes), rate)
    try:
        if index:
            keep(house, job.id, index, data_of(datasets.get(house.store, dataset_id)) if dataset_id else "")
        models.add_run(
            house.store,
            job_id=job.id,
            dataset_id=dataset_id,
            dataset_sha256=dataset_sha256,
            dataset_version=dataset_version,
            lineage=lineage,
            base_model=job.model,
            style=style,
            suffix=suffix or "",
            persona=persona,
            created_by=user_id,
            token=token,
        )
    except Exception:  # a training nobody can find again, or without its answers, must not run
        answer_files.remove(answer_files.folder(house.settings.home, job.id))
        with suppress(BackendError):
            client.cancel(job.id)
        raise
    return job


def _only_completes(house: Any, base: str) -> bool:
    """Whether our engine says that it cannot be told messages, as it has no chat template."""
    if house.settings.openai_base_url:
        return False
    return any(model.id == base and model.format == "completions" for model in house.client.models())


@dataclass(frozen=True)
class Progress:
    """Where a job stands. Losses are (step, loss) pairs; `seconds_left` is None unless it is running.

    `best_step` is the state that became the model, where the server chooses; `stopped_at` the step of an early stop."""

    job: Job
    step: int
    total_steps: int
    train_loss: tuple[tuple[int, float], ...]
    valid_loss: tuple[tuple[int, float], ...]
    log: tuple[JobEvent, ...]
    last_event: str | None
    best_step: int | None = None
    stopped_at: int | None = None

    def seconds_left(self, now: float) -> int | None:
        finish = self.job.estimated_finish
        return max(0, int(finish - now)) if finish and self.job.status == "running" else None


def progress(house: Any, job_id: str, newer_than: str | None = None) -> Progress:
    """Read a job and its events; with `newer_than`, only what came after that event."""
    job = house.client.job(job_id)
    _note_model(house, job)
    events = house.client.events(job_id, newer_than)
    metrics = [event.data for event in events if "step" in event.data]
    newest: dict[str, Any] = metrics[-1] if metrics else {}
    return Progress(
        job=job,
        step=newest.get("step", 0),
        total_steps=newest.get("total_steps", 0),
        train_loss=_series(metrics, "train_loss"),
        valid_loss=_series(metrics, "full_valid_loss", "valid_loss"),
        log=tuple(event for event in events if "step" not in event.data),
        last_event=events[-1].id if events else newer_than,
        best_step=_told(events, "best_step"),
        stopped_at=_told(events, "stopped_at"),
    )


def settle(house: Any) -> None:
    """Note the models of trainings that ended while nobody watched."""
    open_runs = {run.job_id for run in models.runs(house.store) if not run.fine_tuned_model}
    for job in house.client.jobs() if open_runs else []:
        if job.id in open_runs:
            _note_model(house, job)


def run_of(house: Any, model: str) -> Run | None:
    """The training that made a model, or of which it is an earlier state; None for base models and those made elsewhere."""
    run = models.run_of_model(house.store, model)
    if run is None and model.startswith("ft:"):
        settle(house)
        run = models.run_of_model(house.store, model) or _run_of_checkpoint(house, model)
    return run


def _run_of_checkpoint(house: Any, model: str) -> Run | None:
    name, _, step = model.partition(":ckpt-step-")
    if step and model not in _jobs_of_checkpoints:
        runs = sorted(models.runs(house.store), key=lambda run: run.suffix not in name.split(":")[3:])  # most likely first
        _jobs_of_checkpoints[model] = next((run.job_id for run in runs if model in _checkpoints(house, run.job_id)), "")
    return models.run_of_job(house.store, _jobs_of_checkpoints.get(model, ""))


def _checkpoints(house: Any, job_id: str) -> list[str]:
    """Those of a job; none of one that the server has forgotten."""
    try:
        return house.client.checkpoints(job_id)
    except BackendError as error:
        if error.status != 404:
            raise
        return []


def _note_model(house: Any, job: Job) -> None:
    run = models.run_of_job(house.store, job.id) if job.fine_tuned_model else None
    if run and not run.fine_tuned_model:
        models.finish_run(house.store, job.id, job.fine_tuned_model)


def _told(events: Sequence[JobEvent], name: str) -> int | None:
    """The newest number of this name in the data of events."""
    return next((event.data[name] for event in reversed(events) if name in event.data), None)


def _series(metrics: list[dict[str, Any]], *names: str) -> tuple[tuple[int, float], ...]:
    points = ((data["step"], next((data[name] for name in names if name in data), None)) for data in metrics)
    return tuple((step, value) for step, value in points if value is not None)


def _jsonl(lines: Sequence[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode()
