"""Trainings that cannot go on: what is said, and what is left for the next start."""

from __future__ import annotations

import pytest
import torch

from chatbot.engine.filestore import FileStore
from chatbot.engine.jobfolder import JobFolder
from chatbot.engine.trainer import __main__ as trainer
from chatbot.engine.trainer.model import Tunable
from tests.engine.test_full_disk import small_disk  # noqa: F401
from tests.engine.test_trainer import dialogue, make_job


@pytest.fixture
def job(shared_config, tiny) -> JobFolder:
    numbers = {"n_epochs": 5, "batch_size": 4, "learning_rate_multiplier": 1.0}
    return make_job(shared_config, [dialogue(f"Say {n}.") for n in range(12)], base=tiny.id, hyperparameters=numbers)


def said(job: JobFolder) -> list[str]:
    return [event["message"] for event in job.events() if event["type"] == "message"]


def failed(config, job: JobFolder) -> dict:
    """The error of a job that is trained and fails, which is also its last event."""
    trainer.work(config, job)
    state, last = job.state(), job.events()[-1]
    assert state["status"] == "failed" and state["fine_tuned_model"] is None and not (job.path / "checkpoints").exists()
    assert last["level"] == "error" and last["message"] == state["error"]["message"]
    return state["error"]


def test_a_disk_that_is_full_at_a_checkpoint(shared_config, job, small_disk):  # noqa: F811
    assert failed(shared_config, job)["code"] == "disk_full"


def test_memory_that_does_not_suffice(shared_config, job, monkeypatch):
    monkeypatch.setattr(Tunable, "learn", lambda *_: torch.empty(1 << 50))
    error = failed(shared_config, job)
    assert error["code"] == "out_of_memory" and "smaller batch size" in error["message"]


def test_a_loss_that_is_no_number(shared_config, job, monkeypatch):
    learn = Tunable.learn

    def spoiled(model, *wishes):
        score = learn(model, *wishes)
        score.loss = float("nan")
        return score

    monkeypatch.setattr(Tunable, "learn", spoiled)
    assert failed(shared_config, job)["code"] == "training_diverged"


def test_a_kill_right_before_success_leaves_one_result_file(shared_config, job, monkeypatch):
    update = JobFolder.update

    def dies(folder: JobFolder, **fields) -> None:
        if fields.get("status") == "succeeded":
            raise SystemExit
        update(folder, **fields)

    monkeypatch.setattr(JobFolder, "update", dies)
    before = len(FileStore(shared_config.home).all())
    with pytest.raises(SystemExit):
        trainer.work(shared_config, job)
    assert job.state()["status"] == "running"
    monkeypatch.undo()
    trainer.work(shared_config, job)
    [result] = FileStore(shared_config.home).all()[before:]
    assert job.state()["status"] == "succeeded" and job.state()["result_files"] == [result["id"]]
    assert len(said(job)) == len(set(said(job))) and said(job)[-1] == "The job has successfully completed"


def test_a_pause_keeps_every_step_that_was_done(shared_config, job, monkeypatch):
    learn = Tunable.learn
    calls = []

    def pauses(model, *wishes):
        calls.append(None)
        if len(calls) == 5:
            job.want("pause")
        return learn(model, *wishes)

    monkeypatch.setattr(Tunable, "learn", pauses)
    trainer.work(shared_config, job)
    assert job.state()["status"] == "paused" and said(job)[-1] == "Fine-tuning job paused"
    assert (job.path / "checkpoints" / "step-4" / "manifest.json").exists(), "the fifth was not finished"
