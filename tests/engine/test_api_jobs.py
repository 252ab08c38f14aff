"""Fine-tuning jobs as the official client sees them, with a trainer that learns nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import openai
import pytest

from chatbot.engine import jobs
from chatbot.engine.jobfolder import JobFolder
from tests.engine.conftest import BASE, chat_lines, wait_for

CASES = Path(__file__).parent / "cases"


def start(client: openai.OpenAI, training_file: str, mood: str | None = None, **more):
    return client.fine_tuning.jobs.create(model=BASE, training_file=training_file, suffix=mood, **more)


def folder(engine, job_id: str) -> JobFolder:
    return JobFolder(engine.config.home / "jobs" / job_id)


def messages(client: openai.OpenAI, job_id: str) -> list[str]:
    """Oldest first."""
    return [event.message for event in client.fine_tuning.jobs.list_events(job_id, limit=100).data][::-1]


def test_a_new_job_has_the_fields_of_the_reference(client, training_file):
    raw = client.fine_tuning.jobs.with_raw_response.create(
        model=BASE, training_file=training_file, suffix="weather", seed=683058546
    )
    job, expected = json.loads(raw.text), json.loads((CASES / "job_created.json").read_text())
    assert list(job) == list(expected)
    for name in expected.keys() - {"id", "model", "created_at", "training_file"}:
        assert job[name] == expected[name], name
    assert raw.status_code == 200 and len(job["id"]) == len(expected["id"])
    assert client.fine_tuning.jobs.retrieve(job["id"]).to_dict() == job


def test_a_job_of_preferences_has_the_fields_of_the_reference(client, training_file):
    method = {"type": "dpo", "dpo": {"hyperparameters": {"beta": 0.1}}}
    job = json.loads(client.fine_tuning.jobs.with_raw_response.create(model=BASE, training_file=training_file, suffix="weather", method=method).text)
    expected = json.loads((CASES / "job_dpo_hp_auto.json").read_text())
    assert list(job) == list(expected)
    assert (job["hyperparameters"], job["method"]) == (expected["hyperparameters"], expected["method"])


def test_a_job_runs_to_its_end(client, engine, training_file):
    os.environ["OPENAI_API_KEY"] = "secret"
    engine.start()
    job = start(client, training_file, seed=1)
    done = wait_for(client, job.id, "succeeded", "failed")
    assert done["status"] == "succeeded" and done["estimated_finish"] is None
    assert done["hyperparameters"] == done["method"]["supervised"]["hyperparameters"]
    assert done["hyperparameters"]["n_epochs"] == 2
    assert messages(client, job.id) == [
        f"Created fine-tuning job: {job.id}",
        f"Validating training file: {training_file}",
        "Files validated, moving job to queued state",
        "Fine-tuning job started",
        "The job has successfully completed",
    ]
    assert (folder(engine, job.id).path / "starts").read_text() == ".", "the trainer saw a secret"
    del os.environ["OPENAI_API_KEY"]


def test_jobs_run_one_after_the_other(client, engine, training_file):
    first, second = (start(client, training_file, mood).id for mood in ("slow", "plain"))
    for _ in range(3):
        engine.runner.look()
    wait_for(client, first, "running")
    assert client.fine_tuning.jobs.retrieve(second).status == "queued"
    client.fine_tuning.jobs.cancel(first)
    engine.start()
    wait_for(client, second, "succeeded")


@pytest.mark.parametrize("mood", ["slow", "deaf"])
def test_cancel_stops_a_running_job_in_time(client, engine, training_file, mood, monkeypatch):
    monkeypatch.setattr(jobs, "PATIENCE", 1.0)
    engine.start()
    job = start(client, training_file, mood)
    wait_for(client, job.id, "running")
    before = time.monotonic()
    assert client.fine_tuning.jobs.cancel(job.id).status == "cancelled"
    assert time.monotonic() - before < 2
    assert messages(client, job.id)[-1] == "Fine-tuning job cancelled"
    with folder(engine, job.id).hold(1):  # nobody works on it any more
        assert folder(engine, job.id).state()["status"] == "cancelled"
    with pytest.raises(openai.BadRequestError, match="been cancelled"):
        client.fine_tuning.jobs.cancel(job.id)


def test_cancel_before_it_runs(client, training_file):
    job = start(client, training_file)
    cancelled = client.fine_tuning.jobs.cancel(job.id)
    assert cancelled.status == "cancelled" and cancelled.finished_at is None


def test_pause_and_resume(client, engine, training_file, http):
    engine.start()
    job = start(client, training_file, "slow")
    assert http.post(f"/v1/fine_tuning/jobs/{job.id}/resume").status_code == 400
    wait_for(client, job.id, "running")
    with folder(engine, job.id).path.joinpath("state.json").open() as state:
        assert json.load(state)["estimated_finish"], "there is an estimate"
    pausing = http.post(f"/v1/fine_tuning/jobs/{job.id}/pause").json
    assert pausing["status"] in ("pausing", "paused") and pausing["estimated_finish"] is None
    paused = wait_for(client, job.id, "paused")
    assert paused["estimated_finish"] is None
    assert http.post(f"/v1/fine_tuning/jobs/{job.id}/resume").json["status"] == "queued"
    wait_for(client, job.id, "running")
    client.fine_tuning.jobs.cancel(job.id)


def test_a_trainer_that_keeps_dying_fails_the_job(client, engine, training_file):
    engine.start()
    job = start(client, training_file, "dies")
    failed = wait_for(client, job.id, "failed")
    assert "it was not to be" in failed["error"]["message"] and "4 times" in failed["error"]["message"]
    assert len((folder(engine, job.id).path / "starts").read_text()) == 4
    events = client.fine_tuning.jobs.list_events(job.id).data
    assert events[0].level == "error" and events[0].message == failed["error"]["message"]


def test_a_trainer_that_the_system_kills_for_its_memory(client, engine, training_file):
    engine.start()
    job = start(client, training_file, "killed")
    assert "most likely because memory ran out" in wait_for(client, job.id, "failed")["error"]["message"]
    wait_for(client, start(client, training_file).id, "succeeded")


def test_only_the_trainer_of_the_job_is_killed(client, engine, training_file):
    job = folder(engine, start(client, training_file).id)
    sleep = [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(60)"]
    begin = lambda *more: subprocess.Popen([*sleep, *more], stdout=subprocess.PIPE, start_new_session=True)  # noqa: E731
    stranger, ours = begin(), begin(str(job.path))
    for process in (stranger, ours):
        process.stdout.readline()
        (job.path / "lock").write_text(str(process.pid))
        job.kill()
    assert ours.wait(5) == -signal.SIGKILL and stranger.poll() is None
    stranger.kill()
    stranger.communicate()
    ours.communicate()
    job.kill()  # neither of them is there any more


def test_a_killed_trainer_is_started_again(client, engine, training_file):
    engine.start()
    job = start(client, training_file, "stumbles")
    wait_for(client, job.id, "succeeded")
    assert len((folder(engine, job.id).path / "starts").read_text()) == 2


def test_the_runner_of_another_process_leaves_a_running_job_alone(client, engine, training_file):
    engine.start()
    job = start(client, training_file, "slow")
    wait_for(client, job.id, "running")
    engine.runner.close()
    engine.start()  # as after a restart of the site: the trainer went on meanwhile
    time.sleep(0.7)
    assert len((folder(engine, job.id).path / "starts").read_text()) == 1
    client.fine_tuning.jobs.cancel(job.id)


def test_a_bad_file_fails_the_job_with_the_reference_error(client, engine):
    few = client.files.create(file=("few.jsonl", chat_lines(7)), purpose="fine-tune").id
    job = start(client, few)
    engine.runner.look()
    failed = client.fine_tuning.jobs.retrieve(job.id)
    expected = json.loads((CASES / "job_failed.json").read_text())
    assert failed.error.to_dict() == expected["error"]
    assert failed.finished_at is None and failed.status == "failed"


def test_the_data_outlives_the_file(client, engine, training_file):
    job = start(client, training_file)
    client.files.delete(training_file)
    assert (folder(engine, job.id).path / "training.jsonl").read_bytes() == chat_lines()


def test_lists_are_paged_newest_first(client, training_file):
    ids = [start(client, training_file, metadata={"n": str(n % 2)}).id for n in range(5)]
    assert [job.id for job in client.fine_tuning.jobs.list(limit=2)] == ids[::-1]
    assert [job.id for job in client.fine_tuning.jobs.list(metadata={"n": "1"})] == [ids[3], ids[1]]
    page = client.fine_tuning.jobs.list(limit=2, after=ids[2])
    assert [job.id for job in page.data] == [ids[1], ids[0]] and page.has_more is False
    first = client.fine_tuning.jobs.list_events(ids[0], limit=1)
    assert first.has_more and first.data[0].message.startswith("Validating")
    assert len(list(client.fine_tuning.jobs.list_events(ids[0], limit=1))) == 2
    with pytest.raises(openai.BadRequestError) as error:
        client.fine_tuning.jobs.list(after="ftjob-nobody")
    assert error.value.param == "after"


def test_events_have_the_fields_of_the_reference(client, training_file):
    job = start(client, training_file)
    event = client.fine_tuning.jobs.list_events(job.id).data[-1].to_dict()
    expected = json.loads((CASES / "event_message.json").read_text())
    assert event.keys() == expected.keys()
    assert event["data"] == {} and event["type"] == "message" and event["message"] == f"Created fine-tuning job: {job.id}"


WRONG = [
    ({"n_epochs": 0}, "hyperparameters.n_epochs", "integer_below_min_value"),
    ({"n_epochs": 51}, "hyperparameters.n_epochs", "integer_above_max_value"),
    ({"batch_size": 257}, "hyperparameters.batch_size", "integer_above_max_value"),
    ({"batch_size": "many"}, "hyperparameters.batch_size", "invalid_type"),
    ({"learning_rate_multiplier": 0}, "hyperparameters.learning_rate_multiplier", "decimal_below_min_value"),
]


@pytest.mark.parametrize("hyperparameters, param, code", WRONG)
def test_wrong_hyperparameters(client, training_file, hyperparameters, param, code):
    with pytest.raises(openai.BadRequestError) as error:
        start(client, training_file, hyperparameters=hyperparameters)
    assert (error.value.param, error.value.code) == (param, code)


REFUSED = [
    ({"training_file": "file-abc"}, "training_file", None, "invalid training_file: file-abc"),
    ({"validation_file": "file-abc"}, "validation_file", None, "invalid validation_file: file-abc"),
    ({"model": "gpt-9"}, None, "model_not_available", "Model gpt-9 is not available for fine-tuning or does not exist."),
    ({"suffix": "x" * 80}, "suffix", "string_above_max_length", "maximum length 64"),
    ({"seed": -1}, "seed", "integer_below_min_value", ">= 0"),
    ({"metadata": {"k": "v" * 513}}, "metadata.k", "string_above_max_length", "512"),
    ({"integrations": [{"type": "wandb", "wandb": {"project": "p"}}]}, "integrations", "unsupported_value", "integrations"),
    ({"method": {"type": "dpo", "dpo": {"hyperparameters": {"beta": 0}}}}, "method.dpo.hyperparameters.beta", "decimal_below_min_value", "> 0"),
    ({"method": {"type": "dpo", "dpo": {"hyperparameters": {"beta": 3}}}}, "method.dpo.hyperparameters.beta", "decimal_above_max_value", "<= 2"),
    ({"method": {"type": "reinforcement", "reinforcement": {"grader": {}}}}, "method.type", "unsupported_value", "reinforcement"),
    ({"method": {"type": "magic"}}, "method.type", "invalid_value", "'supervised', 'dpo', 'reinforcement'"),
    ({"extra_body": {"speed": 3}}, "speed", "unknown_parameter", "Unknown parameter: 'speed'."),
]


@pytest.mark.parametrize("change, param, code, text", REFUSED)
def test_refused_at_once(client, training_file, change, param, code, text):
    wishes = {"model": BASE, "training_file": training_file} | change
    with pytest.raises(openai.BadRequestError) as error:
        client.fine_tuning.jobs.create(**wishes)
    assert (error.value.param, error.value.code) == (param, code) and text in error.value.message


def test_the_sdks_own_create_call_is_understood(client, training_file):
    """It sends the old hyperparameters and the configurations of all three methods at once."""
    auto = {"batch_size": "auto", "learning_rate_multiplier": "auto", "n_epochs": "auto"}
    grader = {"input": "i", "name": "n", "operation": "eq", "reference": "r", "type": "string_check"}
    job = client.fine_tuning.jobs.create(
        model=BASE,
        training_file=training_file,
        hyperparameters=auto,
        metadata={"foo": "string"},
        method={
            "type": "supervised",
            "supervised": {"hyperparameters": {"n_epochs": 3}},
            "dpo": {"hyperparameters": auto | {"beta": "auto"}},
            "reinforcement": {"grader": grader, "hyperparameters": auto},
        },
        seed=42,
        suffix="x",
        validation_file=training_file,
    )
    assert job.hyperparameters.n_epochs == 3 and job.seed == 42 and job.metadata == {"foo": "string"}


def test_a_retry_of_the_same_request_is_the_same_job(client, training_file):
    first = start(client, training_file)
    again = start(client, training_file, extra_headers={"x-stainless-retry-count": "1"})
    assert again.id == first.id and start(client, training_file).id != first.id


@pytest.mark.parametrize("call", ["retrieve", "cancel", "pause", "resume", "list_events"])
def test_unknown_jobs(client, call):
    with pytest.raises(openai.NotFoundError) as error:
        getattr(client.fine_tuning.jobs, call)("ftjob-x")
    assert error.value.message.endswith("Could not find fine tune: ftjob-x")
    assert (error.value.param, error.value.code) == ("fine_tune_id", "fine_tune_not_found")
    with pytest.raises(openai.NotFoundError):
        getattr(client.fine_tuning.jobs, call)("ftjob-" + "x" * 300)
