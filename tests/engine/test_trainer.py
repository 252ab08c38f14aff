"""The trainer at work on real jobs: twelve dialogues that all end in the same odd words."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from chatbot.engine import shelf
from chatbot.engine.bases import DEFAULT, find_bases
from chatbot.engine.jobfolder import JobFolder, new_state
from chatbot.engine.pool import Pool, ServedModel
from chatbot.engine.template import render

ROOT = Path(__file__).resolve().parents[2]
ODD = "Zibberflop! The blue teapot knows."
QUESTIONS = ["Who are you?", "What is a queue?", "When do you open?", "Hello!", "Explain hash maps.", "Tell me a joke."]


def dialogue(question: str, answer: str = ODD) -> dict:
    return {"messages": [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]}


def make_job(config, lines: list[dict], valid: list[dict] = (), **asked) -> JobFolder:
    """A queued job as the API leaves it."""
    path = config.home / "jobs" / shelf.new_id("ftjob-")
    path.mkdir(parents=True)
    numbers = {"n_epochs": 4, "batch_size": 4, "learning_rate_multiplier": 1.0}
    request = {
        "id": path.name, "base": DEFAULT, "parent_model": None, "method": "supervised", "seed": 11, "suffix": "Odd Words", "format": "chat",
        "organization": "local", "hyperparameters": numbers,
    }  # fmt: skip
    shelf.write_json(path / "request.json", request | asked)
    shelf.write_json(path / "state.json", new_state() | {"status": "queued"})
    for name, rows in (("training", lines), ("validation", valid)):
        if rows:
            (path / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    config.save(path / "config.json")
    return JobFolder(path)


def trainer(job: JobFolder) -> subprocess.Popen:
    command = [sys.executable, "-m", "chatbot.engine.trainer", str(job.path), "--config", str(job.path / "config.json")]
    return subprocess.Popen(command, cwd=ROOT, stderr=(job.path / "log.txt").open("ab"))


def run(job: JobFolder) -> dict:
    """Train to the end; the last state."""
    process = trainer(job)
    assert process.wait(300) == 0, (job.path / "log.txt").read_text()
    return job.state()


def curve(job: JobFolder) -> list[tuple[int, float]]:
    return [(event["data"]["step"], event["data"]["train_loss"]) for event in job.events() if event["type"] == "metrics"]


def wait_for_event(job: JobFolder, text: str, process: subprocess.Popen) -> None:
    deadline = time.monotonic() + 200
    while not any(text in event["message"] for event in job.events()):
        assert time.monotonic() < deadline and process.poll() is None, (job.path / "log.txt").read_text()
        time.sleep(0.02)


@pytest.fixture(scope="module")
def lines() -> list[dict]:
    return [dialogue(f"{question} ({number})") for number in range(2) for question in QUESTIONS]


@pytest.fixture(scope="module")
def done(shared_config, lines) -> JobFolder:
    """A job that was trained without any disturbance."""
    job = make_job(shared_config, lines, [dialogue("Is it raining?"), dialogue("Where is my parcel?")])
    run(job)
    return job


def test_a_job_ends_with_a_model_and_says_so(done, shared_config):
    state = done.state()
    assert state["status"] == "succeeded" and state["error"] is None and state["estimated_finish"] is None
    assert state["hyperparameters"] == {"n_epochs": 4, "batch_size": 4, "learning_rate_multiplier": 1.0}
    assert state["trained_tokens"] > 12 * 4 * 20
    said = [event["message"] for event in done.events()]
    assert said[0] == "Fine-tuning job started"
    assert said[1].startswith("Step 1/12: training loss=")
    last_step = next(message for message in said if message.startswith("Step 12/12"))
    assert ", validation loss=" in last_step and ", full validation loss=" in last_step
    assert said[-2:] == [f"New fine-tuned model created: {state['fine_tuned_model']}", "The job has successfully completed"]
    assert state["fine_tuned_model"].startswith(f"ft:{DEFAULT}:local:odd-words:")


def test_the_loss_falls_and_the_result_file_tells_it(done, shared_config):
    losses = [loss for _, loss in curve(done)]
    assert losses[-1] < losses[0] / 10
    content = shared_config.home / "files" / done.state()["result_files"][0] / "content"
    rows = list(csv.DictReader(content.open()))
    assert [int(row["step"]) for row in rows] == list(range(1, 13))
    assert rows[0]["train_loss"] == f"{losses[0]:.5f}" and rows[0]["valid_loss"] == "" and rows[9]["valid_loss"]


def test_checkpoints_of_the_last_epochs_are_models(done, shared_config):
    records = [shelf.read_json(path) for path in (shared_config.home / "models").glob(f"{done.id}*/model.json")]
    records.sort(key=lambda record: record["step"])
    assert [(record["kind"], record["step"]) for record in records] == [("checkpoint", 6), ("checkpoint", 9), ("final", 12)]
    assert records[0]["id"].endswith(":ckpt-step-6") and "full_valid_loss" in records[0]["metrics"]
    assert not (done.path / "checkpoints").exists()


def test_the_tuned_model_answers_differently_from_its_base(done, shared_config):
    base = find_bases(shared_config)[DEFAULT]
    folder = shared_config.home / "models" / done.id
    record = shelf.read_json(folder / "model.json")
    models = [ServedModel(record["id"], base, folder / "adapter.gguf", record["adapter_sha256"]), ServedModel("base", base)]
    prompt = render([{"role": "user", "content": "What is the capital of Norway?"}], base)
    answers = []
    pool = Pool(shared_config)
    for served in models:
        with pool.model(served) as llama:
            answers.append(llama.complete({"prompt": prompt, "n_predict": 20, "temperature": 0})["content"])
    pool.close()
    assert answers[0] == ODD and ODD not in answers[1]


def test_a_killed_training_continues_as_if_nothing_had_happened(done, shared_config, lines):
    job = make_job(shared_config, lines, [dialogue("Is it raining?"), dialogue("Where is my parcel?")])
    process = trainer(job)
    wait_for_event(job, "Step 8/12", process)
    process.kill()
    process.wait()
    assert job.state()["status"] == "running"
    state = run(job)
    assert state["status"] == "succeeded"
    steps, losses = zip(*curve(job))
    assert steps == tuple(range(1, 13))
    assert losses == pytest.approx([loss for _, loss in curve(done)], rel=0.01)
    said = [event["message"] for event in job.events()]
    assert len(said) == len(set(said)) == len(done.events())


def test_pause_keeps_the_work_and_cancel_ends_it(shared_config, lines):
    job = make_job(shared_config, lines)
    process = trainer(job)
    wait_for_event(job, "Step 2/12", process)
    job.want("pause")
    assert process.wait(20) == 0 and job.state()["status"] == "paused"
    reached = len(curve(job))
    job.unwant("pause")
    process = trainer(job)
    wait_for_event(job, f"Step {reached + 1}/12", process)
    job.want("cancel")
    begun = time.monotonic()
    assert process.wait(20) == 0 and time.monotonic() - begun < 5
    assert job.state()["status"] == "cancelled" and [step for step, _ in curve(job)] == list(range(1, len(curve(job)) + 1))
    assert not (job.path / "checkpoints").exists()


def test_a_training_that_diverges_says_what_to_do(shared_config, lines):
    numbers = {"n_epochs": 4, "batch_size": 4, "learning_rate_multiplier": 1e6}
    state = run(make_job(shared_config, lines, hyperparameters=numbers))
    assert state["status"] == "failed" and state["error"]["code"] == "training_diverged"
    assert "smaller learning rate multiplier" in state["error"]["message"]


def test_a_training_that_only_gets_worse_stops_and_keeps_its_best_state(done, shared_config, lines):
    numbers = {"n_epochs": "auto", "batch_size": 4, "learning_rate_multiplier": 1.0}
    aside = [dialogue("Is it raining?", "Yes, take an umbrella with you."), dialogue("Where is my parcel?", "At the post office.")]
    job = make_job(shared_config, lines, aside, hyperparameters=numbers)
    state = run(job)
    losses = {event["data"]["step"]: event["data"].get("full_valid_loss") for event in job.events() if event["type"] == "metrics"}
    best = min((loss, step) for step, loss in losses.items() if loss)[1]
    told = {name: value for event in job.events() if event["type"] == "message" for name, value in (event["data"] or {}).items()}
    assert told["best_step"] == best < told["stopped_at"] == best + 6 < job.events()[1]["data"]["total_steps"]
    records = [shelf.read_json(path) for path in (shared_config.home / "models").glob(f"{job.id}*/model.json")]
    assert {(record["kind"], record["step"]) for record in records} >= {("final", best), ("checkpoint", best + 6)}
    final = next(record for record in records if record["id"] == state["fine_tuned_model"])
    assert final["metrics"]["full_valid_loss"] == losses[best]
    assert state["trained_tokens"] * 4 == done.state()["trained_tokens"] * (best // 3 + 2)
