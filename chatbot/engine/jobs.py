"""/v1/fine_tuning/jobs: create, look at, list, cancel, pause and resume jobs; their events and checkpoints."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import time
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, request

from chatbot.engine import jobfolder, jobrequest, paging, shelf, training_file
from chatbot.engine.errors import ApiError, no_job
from chatbot.engine.jobfolder import FINAL, JobFolder
from chatbot.engine.validate import json_body

jobs = Blueprint("jobs", __name__, url_prefix="/fine_tuning/jobs")
PATIENCE = 4.0  # seconds a trainer gets to obey before it is killed
RETRY_WINDOW = 60.0  # seconds in which a client's retry of the same request is the same job


def _engine() -> Any:
    return current_app.extensions["engine"]


@jobs.post("")
def create() -> Response:
    body = json_body()
    asked = jobrequest.read(body)
    earlier = _retried(fingerprint(body))
    if earlier:
        return jsonify(view(earlier))
    model = _engine().models.trainable(asked["model"])
    for field in ("training_file", "validation_file"):
        if asked[field] and not _training_data(asked[field]):
            raise ApiError(f"invalid {field}: {asked[field]}", field)
    job = _write(asked, model, fingerprint(body))
    _engine().runner.wake()
    return jsonify(view(job))


def fingerprint(body: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


def _retried(mark: str) -> JobFolder | None:
    """The job that this very request made a moment ago, when its answer was lost on the way."""
    if request.headers.get("x-stainless-retry-count", "0") == "0":
        return None
    recent = time.time_ns() - RETRY_WINDOW * 1e9
    jobs = [job for job in jobfolder.all_jobs(_engine().config.home) if job.request["created_ns"] > recent]
    return next((job for job in jobs if job.request["fingerprint"] == mark), None)


def _training_data(file_id: str) -> bool:
    file = _engine().files.get(file_id)
    return file is not None and file["purpose"] == "fine-tune"


def _write(asked: dict[str, Any], model: Any, mark: str) -> JobFolder:
    config, files, job_id = _engine().config, _engine().files, shelf.new_id("ftjob-")
    now = time.time_ns()
    with shelf.new_folder(config.home / "jobs" / job_id) as folder:
        _link(files.content(asked["training_file"]), folder / "training.jsonl")
        if asked["validation_file"]:
            _link(files.content(asked["validation_file"]), folder / "validation.jsonl")
        known = {
            "id": job_id,
            "created_at": now // 10**9,
            "created_ns": now,
            "fingerprint": mark,
            "base": model.base.id,
            "parent_model": model.id if model.id != model.base.id else None,
            "format": model.record["format"] if model.record else training_file.format_of(folder / "training.jsonl"),
            "organization": config.organization,
        }
        shelf.write_json(folder / "request.json", asked | known | {"model": model.id})
        shelf.write_json(folder / "state.json", jobfolder.new_state())
        job = JobFolder(folder)
        job.event(f"Created fine-tuning job: {job_id}", data={})
        job.event(_validating(asked), data={})
    return JobFolder(config.home / "jobs" / job_id)


def _link(source: Path, target: Path) -> None:
    """The data as it is now, also if the file is deleted later."""
    try:
        os.link(source, target)
    except OSError:  # another file system, or one without links
        shutil.copyfile(source, target)


def _validating(asked: dict[str, Any]) -> str:
    also = f" and validation file: {asked['validation_file']}" if asked["validation_file"] else ""
    return f"Validating training file: {asked['training_file']}{also}"


def view(job: JobFolder) -> dict[str, Any]:
    """The API's job object."""
    asked, state = job.request, job.state()
    status = _status(job, state)
    hyperparameters = asked["hyperparameters"] | (state["hyperparameters"] or {})
    common = {name: hyperparameters[name] for name in jobrequest.COMMON}
    return {
        "object": "fine_tuning.job",
        "id": job.id,
        "model": asked["model"],
        "created_at": asked["created_at"],
        "finished_at": state["finished_at"],
        "fine_tuned_model": state["fine_tuned_model"],
        "organization_id": f"org-{asked['organization']}",
        "result_files": state["result_files"],
        "status": status,
        "validation_file": asked["validation_file"],
        "training_file": asked["training_file"],
        "hyperparameters": common,
        "trained_tokens": state["trained_tokens"],
        "error": state["error"],
        "user_provided_suffix": asked["suffix"],
        "seed": asked["seed"],
        "estimated_finish": state["estimated_finish"] if status == "running" else None,
        "integrations": [],
        "metadata": asked["metadata"],
        "usage_metrics": None,
        "shared_with_openai": False,
        "method": {"type": asked["method"], asked["method"]: {"hyperparameters": hyperparameters}},
    }


def _status(job: JobFolder, state: dict[str, Any]) -> str:
    return "pausing" if state["status"] == "running" and job.wanted() == "pause" else state["status"]


@jobs.get("")
def index() -> Response:
    found = [job for job in reversed(jobfolder.all_jobs(_engine().config.home)) if _matches(job.request["metadata"])]
    ids = paging.page([{"id": job.id, "job": job} for job in found], 20, 100)
    return jsonify(ids | {"data": [view(item["job"]) for item in ids["data"]]})


def _matches(metadata: dict[str, str] | None) -> bool:
    """Does a job's metadata fit the query's `metadata[key]=value`; `metadata=null` asks for jobs without any."""
    if request.args.get("metadata") == "null":
        return not metadata
    wanted = {m[1]: value for key, value in request.args.items() if (m := re.fullmatch(r"metadata\[(.*)\]", key))}
    return all((metadata or {}).get(key) == value for key, value in wanted.items())


@jobs.get("/<job_id>")
def retrieve(job_id: str) -> Response:
    return jsonify(view(_found(job_id)))


@jobs.post("/<job_id>/cancel")
def cancel(job_id: str) -> Response:
    job = _found(job_id)
    _refuse_finished(job)
    job.want("cancel")
    try:
        with job.hold(PATIENCE):
            end_cancelled(job)
    except jobfolder.JobBusy:
        job.kill()
        with job.hold(1.0):
            end_cancelled(job)
    _engine().runner.wake()
    return jsonify(view(job))


def end_cancelled(job: JobFolder) -> None:
    """The lock is ours: nobody works on the job. It may have ended by itself while we waited."""
    if job.state()["status"] not in FINAL:
        job.finish("cancelled", "Fine-tuning job cancelled")


@jobs.post("/<job_id>/pause")
def pause(job_id: str) -> Response:
    job = _found(job_id)
    if job.state()["status"] != "running":
        raise _wrong_state(job, "pause", "running")
    job.want("pause")
    return jsonify(view(job))


@jobs.post("/<job_id>/resume")
def resume(job_id: str) -> Response:
    job = _found(job_id)
    if job.state()["status"] != "paused":
        raise _wrong_state(job, "resume", "paused")
    with job.hold(1.0):
        job.unwant("pause")
        job.update(status="queued", attempts=0)
        job.event("Fine-tuning job resumed", data={})
    _engine().runner.wake()
    return jsonify(view(job))


@jobs.get("/<job_id>/events")
def events(job_id: str) -> Response:
    return jsonify(paging.page(_found(job_id).events()[::-1], 20, 100))


@jobs.get("/<job_id>/checkpoints")
def checkpoints(job_id: str) -> Response:
    return jsonify(paging.page(_engine().models.checkpoints(_found(job_id).id)[::-1], 10, 100, ends=True))


def _found(job_id: str) -> JobFolder:
    job = jobfolder.find(_engine().config.home, job_id)
    if job is None:
        raise no_job(job_id)
    return job


def _refuse_finished(job: JobFolder) -> None:
    status = job.state()["status"]
    if status in FINAL:
        what = "completed" if status == "succeeded" else "failed" if status == "failed" else "been cancelled"
        raise ApiError(f"Job has already {what}: {job.id}", "fine_tune_id")


def _wrong_state(job: JobFolder, verb: str, needed: str) -> ApiError:
    message = f"Cannot {verb} {job.id}: its status is '{view(job)['status']}', but only a {needed} job can be {verb}d."
    return ApiError(message, "fine_tune_id")
