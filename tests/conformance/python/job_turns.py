"""Spec 3: the turns a job can take, waited for: other formats, failures, pause and resume, tuning further."""

from __future__ import annotations

import json
import time
from typing import Any

from openai.types.fine_tuning import FineTuningJob

from checks import Checks
from lines import chat_lines

PATIENCE = 600.0  # seconds


def _body(client: Any, job_id: str) -> dict[str, Any]:
    """The job as sent: the clients' types know no `paused`, though OpenAI says it."""
    return json.loads(client.fine_tuning.jobs.with_raw_response.retrieve(job_id).text)


def wait(client: Any, job_id: str, *wanted: str) -> list[str]:
    """The statuses a job goes through up to one of `wanted`; whatever it says must fit the client's type."""
    seen: list[str] = []
    deadline = time.monotonic() + PATIENCE
    while not seen or seen[-1] not in wanted:
        body = _body(client, job_id)
        FineTuningJob.model_validate(body | ({"status": "running"} if body["status"] in ("pausing", "paused") else {}))
        if body["status"] not in seen[-1:]:
            seen.append(body["status"])
        ended = body["status"] in ("succeeded", "failed", "cancelled") and body["status"] not in wanted
        if ended or time.monotonic() > deadline:
            raise AssertionError(f"{job_id} is {body['status']}, not {wanted}: {body['error']}")
        time.sleep(0.2)
    return seen


def pairs(checks: Checks, client: Any, begun: Any) -> None:
    wait(client, begun.id, "succeeded")
    job = client.fine_tuning.jobs.retrieve(begun.id)
    numbers = job.hyperparameters.to_dict()
    checks.true("no auto any more", numbers["n_epochs"] == 1 and all(type(n) in (int, float) for n in numbers.values()), numbers)
    said = client.completions.create(model=job.fine_tuned_model, prompt="red ->", stop=[" END"], max_tokens=4)
    checks.equal("a model of pairs completes", said.model, job.fine_tuned_model)
    message = [{"role": "user", "content": "red"}]
    checks.refused(
        "and does not chat", lambda: client.chat.completions.create(model=job.fine_tuned_model, messages=message), 404,
        r"This is not a chat model and thus not supported in the v1/chat/completions endpoint\. Did you mean to use v1/completions\?",
        param="model", code=None,
    )  # fmt: skip


def preferences(checks: Checks, client: Any, begun: Any) -> None:
    wait(client, begun.id, "succeeded")
    job = client.fine_tuning.jobs.retrieve(begun.id)
    checks.equal("a job of preferences", (job.method.type, job.method.supervised), ("dpo", None))
    checks.equal("its beta", job.method.dpo.hyperparameters.beta, 0.2)
    checks.matches("its model, without a suffix", job.fine_tuned_model, f"ft:{job.model}:local::[A-Za-z0-9]{{8}}")


def failures(checks: Checks, client: Any, tiny: str) -> None:
    for what, content, code, message in (
        ("too few", chat_lines(7), "invalid_n_examples", "Training file has 7 example\\(s\\), but must have at least 10 examples"),
        ("no role", chat_lines(10) + b'{"messages": [{"content": "x"}]}\n', "invalid_training_file",
         r"The job failed due to an invalid training file\. Invalid file format\. Example 11, message \d .*'role'.*"),
        ("no JSON", chat_lines(10) + b"{\n", "invalid_file_format",
         r"The job failed due to a file format error in the training file\. Invalid file format\. Example 11 cannot be parsed\..*"),
    ):  # fmt: skip
        file = client.files.create(file=("bad.jsonl", content), purpose="fine-tune")
        job = client.fine_tuning.jobs.create(model=tiny, training_file=file.id)
        wait(client, job.id, "failed")
        job = client.fine_tuning.jobs.retrieve(job.id)
        checks.equal(f"{what}: its error", (job.error.code, job.error.param), (code, "training_file"))
        checks.matches(f"{what}: its sentence", job.error.message, message)
        checks.equal(f"{what}: nothing made", (job.fine_tuned_model, job.result_files, job.finished_at), (None, [], None))
        event = client.fine_tuning.jobs.list_events(job.id).data[0]
        checks.equal(f"{what}: its last event", (event.level, event.message), ("error", job.error.message))


def pause(checks: Checks, client: Any, file: str, tiny: str) -> None:
    jobs = client.fine_tuning.jobs
    job = jobs.create(model=tiny, training_file=file, hyperparameters={"n_epochs": 50, "batch_size": 1})
    waiting = jobs.create(model=tiny, training_file=file, metadata={"kind": "waits"})
    checks.refused("to resume what runs", lambda: jobs.resume(job.id), 400, f".*{job.id}.*", param="fine_tune_id")
    deadline = time.monotonic() + PATIENCE
    while not any(event.type == "metrics" for event in jobs.list_events(job.id).data):
        assert time.monotonic() < deadline, "no step in a long time"
        time.sleep(0.1)
    body = json.loads(jobs.with_raw_response.pause(job.id).text)
    checks.true("pausing", body["status"] in ("pausing", "paused"), body)
    wait(client, job.id, "paused")
    checks.equal("no estimate while it is paused", _body(client, job.id)["estimated_finish"], None)
    reached = max(event.data["step"] for event in jobs.list_events(job.id, limit=100) if event.type == "metrics")
    checks.true("some steps are done", 0 < reached < 600, reached)
    resumed = jobs.resume(job.id)
    checks.true("resumed", resumed.status in ("queued", "running"), resumed.status)
    checks.equal("the other one is cancelled", jobs.cancel(waiting.id).status, "cancelled")
    if wait(client, job.id, "running", "succeeded")[-1] == "running":
        begun = time.monotonic()
        cancelled = jobs.cancel(job.id)
        checks.true("cancelled within 5 s", cancelled.status == "cancelled" and time.monotonic() - begun < 5, cancelled.to_dict())
        checks.equal("what a cancelled job has not", (cancelled.fine_tuned_model, cancelled.result_files), (None, []))
    steps = [event.data["step"] for event in jobs.list_events(job.id, limit=100) if event.type == "metrics"]
    checks.equal("every step once, in order", steps, list(range(len(steps), 0, -1)))


def further(checks: Checks, client: Any, done: Any) -> None:
    job = client.fine_tuning.jobs.create(model=done.fine_tuned_model, training_file=done.training_file)
    checks.equal("a model tuned further", (job.model, job.status), (done.fine_tuned_model, "validating_files"))
    checks.equal("called off", client.fine_tuning.jobs.cancel(job.id).status, "cancelled")
    checks.refused("to call it off again", lambda: client.fine_tuning.jobs.cancel(job.id), 400, f".*{job.id}", param="fine_tune_id")
