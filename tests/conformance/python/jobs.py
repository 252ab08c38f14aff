"""Spec 2.4 and 3: fine-tuning jobs from their creation to the model."""

from __future__ import annotations

import base64
import csv
import io
import json
import time
from dataclasses import dataclass
from typing import Any

import job_requests
import job_turns
from checks import Checks, Http
from job_turns import wait
from lines import chat_lines, pair_lines, preference_lines

NUMBERS = {"n_epochs": 2, "batch_size": 4, "learning_rate_multiplier": 1.0}
NORMAL = ["validating_files", "queued", "running", "succeeded"]


@dataclass
class Begun:
    """The jobs that train while other parts of the story are told."""

    chat: Any
    pairs: Any
    preferences: Any


def begin(checks: Checks, client: Any, training_file: str, base: str, tiny: str) -> Begun:
    """Start a chat tuning of the base, and two more behind it."""
    files, create = client.files.create, client.fine_tuning.jobs.create
    validation = files(file=("valid.jsonl", chat_lines(3)), purpose="fine-tune").id
    method = {"type": "supervised", "supervised": {"hyperparameters": NUMBERS}}
    chat = create(
        model=base, training_file=training_file, validation_file=validation, suffix="Story_One", seed=42, method=method,
        metadata={"story": "chat", "empty": ""}, integrations=None,
    )  # fmt: skip
    found = chat.status, chat.model, chat.seed, chat.training_file, chat.validation_file, chat.metadata, chat.error
    expected = "validating_files", base, 42, training_file, validation, {"story": "chat", "empty": ""}, None
    checks.equal("a new job", found, expected)
    checks.matches("its id", chat.id, "ftjob-[A-Za-z0-9]{24}")
    nothing = chat.finished_at, chat.fine_tuned_model, chat.result_files, chat.trained_tokens, chat.estimated_finish
    checks.equal("what it does not have yet", nothing, (None, None, [], None, None))
    file = files(file=("pairs.jsonl", pair_lines()), purpose="fine-tune").id
    pairs = create(model=tiny, training_file=file, hyperparameters={"n_epochs": 1}, suffix=None, seed=None)
    checks.shape("a job by the old parameters", pairs, "job_created")
    checks.equal("its numbers", pairs.hyperparameters.to_dict(), {"n_epochs": 1, "batch_size": "auto", "learning_rate_multiplier": "auto"})
    checks.equal("the same in its method", pairs.method.supervised.hyperparameters.to_dict(), pairs.hyperparameters.to_dict())
    checks.true("a seed of its own", 0 <= pairs.seed < 2**31, pairs.seed)
    file = files(file=("preferences.jsonl", preference_lines()), purpose="fine-tune").id
    dpo = {"type": "dpo", "dpo": {"hyperparameters": {"n_epochs": 1, "beta": 0.2}}}
    preferences = checks.section(lambda: create(model=tiny, training_file=file, method=dpo))
    return Begun(chat, pairs, preferences)


def story(checks: Checks, client: Any, http: Http, begun: Begun, base: str, tiny: str) -> str:
    """All the rest about jobs; the name of the tuned chat model."""
    checks.section(job_requests.refusals, checks, client, begun.chat.training_file, tiny)
    checks.section(job_requests.lists, checks, client, [begun.preferences, begun.pairs, begun.chat])
    done = _succeeds(checks, client, begun, base)
    checks.section(_events, checks, client, done)
    checks.section(_result_file, checks, client, done)
    checks.section(_checkpoints, checks, client, done)
    checks.section(job_requests.permissions, checks, client, done.fine_tuned_model)
    checks.section(job_turns.pairs, checks, client, begun.pairs)
    if begun.preferences:
        checks.section(job_turns.preferences, checks, client, begun.preferences)
    checks.section(job_turns.failures, checks, client, tiny)
    checks.section(job_turns.pause, checks, client, begun.chat.training_file, tiny)
    checks.section(job_turns.further, checks, client, done)
    checks.section(_delete, checks, client, http, done.fine_tuned_model)
    return done.fine_tuned_model


def _succeeds(checks: Checks, client: Any, begun: Begun, base: str) -> Any:
    seen = wait(client, begun.chat.id, "succeeded")
    checks.true("its statuses come in order", seen == [status for status in NORMAL if status in seen], seen)
    job = client.fine_tuning.jobs.retrieve(begun.chat.id)
    checks.equal("resolved numbers", job.hyperparameters.to_dict(), NUMBERS)
    checks.equal("in the method too", job.method.supervised.hyperparameters.to_dict(), NUMBERS)
    checks.matches("the model's name", job.fine_tuned_model, f"ft:{base}:local:story-one:[A-Za-z0-9]{{8}}")
    times = job.created_at <= job.finished_at <= time.time() + 1
    checks.true("what a finished job has", times and job.trained_tokens > 100 and job.error is None, job.to_dict())
    checks.equal("no estimate any more", job.estimated_finish, None)
    again = lambda verb: getattr(client.fine_tuning.jobs, verb)(job.id)  # noqa: E731
    for verb in ("cancel", "pause", "resume"):
        checks.refused(f"to {verb} it", lambda verb=verb: again(verb), 400, f".*{job.id}.*", param="fine_tune_id")
    return job


def _events(checks: Checks, client: Any, job: Any) -> None:
    newest = client.fine_tuning.jobs.list_events(job.id)
    checks.equal("the newest event", newest.data[0].message, "The job has successfully completed")
    events = list(client.fine_tuning.jobs.list_events(job.id, limit=4))[::-1]
    checks.equal("page by page, each once", len({event.id for event in events}), len(events))
    checks.shape("an event", events[0], "event_message")
    last_step = next(event for event in events if event.message.startswith("Step 6/6"))
    checks.shape("the event of an epoch's last step", last_step, "event_metrics")
    kinds = [event.type for event in events]
    said = [event.message for event in events if event.type == "message"]
    checkpoint = client.fine_tuning.jobs.checkpoints.list(job.id).data[-1].fine_tuned_model_checkpoint
    checks.equal("what is said", said, [
        f"Created fine-tuning job: {job.id}",
        f"Validating training file: {job.training_file} and validation file: {job.validation_file}",
        "Files validated, moving job to queued state",
        "Fine-tuning job started",
        f"Checkpoint created at step 3 with Snapshot ID: {checkpoint}",
        f"New fine-tuned model created: {job.fine_tuned_model}",
        "The job has successfully completed",
    ])  # fmt: skip
    checks.equal("one event a step", kinds.count("metrics"), 6)
    checks.true("all of them good news", {event.level for event in events} == {"info"})
    for number, event in enumerate((event for event in events if event.type == "metrics"), 1):
        losses = r"training loss=\d+\.\d\d" + (r", validation loss=\d+\.\d\d, full validation loss=\d+\.\d\d" if number % 3 == 0 else "")
        checks.matches(f"step {number}", event.message, f"Step {number}/6: {losses}")
        checks.true("its data", {"step", "train_loss", "total_steps", "train_mean_token_accuracy"} <= set(event.data), event.data)
    started = events[3].data
    checks.equal("data of messages", (events[0].data, started), ({}, None))


def _result_file(checks: Checks, client: Any, job: Any) -> None:
    file = client.files.retrieve(job.result_files[0])
    checks.equal("the result file", (len(job.result_files), file.purpose, file.filename), (1, "fine-tune-results", "step_metrics.csv"))
    text = base64.b64decode(client.files.content(file.id).read()).decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    checks.equal("its columns", text.splitlines()[0], "step,train_loss,train_accuracy,valid_loss,valid_mean_token_accuracy")
    checks.equal("its rows", [row["step"] for row in rows], [str(n) for n in range(1, 7)])
    checks.matches("five decimals", rows[0]["train_loss"], r"\d+\.\d{5}")
    checks.equal("blanks where nothing was measured", (rows[0]["valid_loss"], bool(rows[5]["valid_loss"])), ("", True))


def _checkpoints(checks: Checks, client: Any, job: Any) -> None:
    found = client.fine_tuning.jobs.checkpoints.list(job.id)
    checks.equal("newest first, the finished model among them", [one.step_number for one in found.data], [6, 3])
    for checkpoint in found.data:
        checks.shape("a checkpoint", checkpoint, "checkpoint")
        checks.equal("its job", checkpoint.fine_tuning_job_id, job.id)
    checks.matches("a checkpoint's name", found.data[1].fine_tuned_model_checkpoint, f"ft:{job.model}:local:story-one:[A-Za-z0-9]{{8}}:ckpt-step-3")
    checks.equal("the last is the model", found.data[0].fine_tuned_model_checkpoint, job.fine_tuned_model)
    paged = client.fine_tuning.jobs.checkpoints.list(job.id, limit=1)
    checks.equal("page by page", (paged.has_more, [one.step_number for one in paged]), (True, [6, 3]))
    name = found.data[1].fine_tuned_model_checkpoint
    checks.equal("a checkpoint is a model", client.models.retrieve(name).id, name)
    said = client.chat.completions.create(model=name, messages=[{"role": "user", "content": "Say red."}], max_tokens=4)
    checks.equal("and answers", said.model, name)


def _delete(checks: Checks, client: Any, http: Http, tuned: str) -> None:
    for name in (tuned, tuned.replace(":", "%3A")):
        status, _, body = http("GET", f"/models/{name}")
        checks.equal(f"raw or encoded: {name}", (status, json.loads(body)["id"]), (200, tuned))
    checks.equal("owner", client.models.retrieve(tuned).owned_by, "org-local")
    checkpoint = next(model.id for model in client.models.list() if model.id.endswith(":ckpt-step-3"))
    gone = client.models.delete(checkpoint)
    checks.shape("a deleted model", gone, "model_deleted")
    checks.refused("it is gone", lambda: client.models.retrieve(checkpoint), 404, f"The model '{checkpoint}' does not exist", code="model_not_found")
