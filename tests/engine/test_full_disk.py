"""A training on a full disk: what is said, and that it is said at all."""

from __future__ import annotations

import errno
import io
import resource
import signal
import sys

import numpy as np
import pytest
import torch

from chatbot.engine import shelf
from chatbot.engine.config import EngineConfig
from chatbot.engine.jobfolder import JobFolder, new_state
from chatbot.engine.trainer import __main__ as trainer
from chatbot.engine.trainer import checkpoints
from chatbot.engine.trainer.failures import explain
from chatbot.engine.trainer.job import Work


@pytest.fixture
def small_disk():
    """No file may grow beyond 100 kB, which is what a full disk looks like to a program."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    old = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    signal.signal(signal.SIGXFSZ, old)


def test_a_checkpoint_without_room_is_a_full_disk_and_the_older_one_counts(tmp_path, small_disk):
    checkpoints.save(tmp_path, 1, {"kept": torch.ones(2)})
    with pytest.raises(OSError) as error:
        checkpoints.save(tmp_path, 2, {"lost": torch.ones(50_000)})
    assert explain(error.value, 2)["code"] == "disk_full"
    assert checkpoints.newest(tmp_path)["kept"].tolist() == [1, 1]


def test_the_errors_of_safetensors_and_numpy_are_understood(tmp_path, small_disk):
    error = RuntimeError("Error while serializing: I/O error: No space left on device (os error 28)")
    assert explain(error, 1)["code"] == "disk_full"
    with pytest.raises(OSError) as error, open(tmp_path / "adapter.gguf", "wb") as file:
        np.ones(50_000).tofile(file)
    assert explain(error.value, 1)["code"] == "disk_full"


class FullLog(io.StringIO):
    def write(self, text: str) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_log_without_room_does_not_keep_the_reason_back(tmp_path, monkeypatch):
    def full(task: Work) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Work, "run", full)
    monkeypatch.setattr(sys, "stderr", FullLog())
    shelf.write_json(tmp_path / "state.json", new_state() | {"status": "running"})
    trainer.work(EngineConfig(home=tmp_path, cache=tmp_path, models=tmp_path), JobFolder(tmp_path))
    state = JobFolder(tmp_path).state()
    assert state["status"] == "failed" and "The disk is full" in state["error"]["message"]
