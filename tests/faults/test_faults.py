"""Killed processes and damaged files, seen from outside a running engine."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import openai
import pytest

from chatbot.engine.bases import DEFAULT
from chatbot.engine.jobfolder import JobFolder
from tests.engine_process import EngineProcess
from tests.faults.conftest import TINY, engine_at, serving_children, start
from tests.faults.watch import Trainers, complete, steps, until

EPOCHS = 4
ASK = [{"role": "user", "content": "Count from one to ten."}]


@pytest.fixture(scope="module")
def trainers(engine: EngineProcess) -> Iterator[Trainers]:
    with Trainers(engine.home) as trainers:
        yield trainers
    assert not trainers.together


def ended(job: JobFolder) -> bool:
    return job.state()["status"] in ("succeeded", "failed", "cancelled")


def say(client: openai.OpenAI, model: str = DEFAULT, **wishes):
    return client.chat.completions.create(**{"model": model, "messages": ASK, "max_tokens": 4, "temperature": 0} | wishes)


@pytest.fixture(scope="module")
def survivor(engine: EngineProcess, training_file: str, trainers: Trainers) -> JobFolder:
    """A job of a home with two engines: its trainer was killed, then one engine, then the trainer again."""
    second = engine_at(engine.home)
    try:
        job = start(engine, training_file, EPOCHS)
        second.start()
        until(lambda: complete(job) >= 12, "an epoch")
        assert trainers.kill()
        reached = len(steps(job))
        until(lambda: len(steps(job)) > reached + 3, "more steps")
        engine.kill()
        reached = len(steps(job))
        until(lambda: len(steps(job)) > reached + 12, "an epoch without the engine that started it")
        assert trainers.kill() and not ended(job)
        engine.start()
        until(lambda: ended(job), "the end of the job")
        assert len(trainers.seen) == 3
    finally:
        second.stop()
    return job


def test_a_job_outlives_its_trainers_and_its_engine(survivor, trainers):
    state, said = survivor.state(), [event["message"] for event in survivor.events()]
    assert state["status"] == "succeeded", state["error"]
    assert [step for step, _ in steps(survivor)] == list(range(1, 12 * EPOCHS + 1))
    assert len(said) == len(set(said)) and said[-1] == "The job has successfully completed"
    assert not trainers.together


def test_a_model_that_is_killed_while_it_writes(engine, client):
    stream = say(client, max_tokens=2000, stream=True, logit_bias={0: -100, 2: -100})  # the tokens that end an answer
    heard = [next(stream) for _ in range(5)]
    children = serving_children(engine)
    assert children
    for process in children:
        process.kill()
    with pytest.raises(openai.APIError) as caught:
        for chunk in stream:
            heard.append(chunk)
    assert type(caught.value) is openai.APIError, "an event in the stream, not a broken connection"
    assert caught.value.type == "server_error" and "stopped while it was answering" in caught.value.message
    assert heard[-1].choices[0].delta.content and say(client).choices[0].message.content


@pytest.fixture
def damaged(engine: EngineProcess, survivor: JobFolder) -> Iterator[Path]:
    """The adapter of the tuned model with one byte changed, for one test."""
    path = engine.home / "engine" / "models" / survivor.id / "adapter.gguf"
    good = path.read_bytes()
    place = len(good) // 2
    path.write_bytes(good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :])
    yield path
    path.write_bytes(good)


def test_a_damaged_adapter_is_refused_and_others_answer(client, survivor, damaged):
    tuned = survivor.state()["fine_tuned_model"]
    for stream in (False, True):
        with pytest.raises(openai.InternalServerError) as caught:
            say(client, tuned, stream=stream)
        assert caught.value.code == "model_damaged" and caught.value.response.headers["x-should-retry"] == "false"
        assert caught.value.body["message"] == f"The file of the model {tuned} is damaged. Train it again or take another model."
    checkpoint = client.fine_tuning.jobs.checkpoints.list(survivor.id).data[1].fine_tuned_model_checkpoint
    assert say(client).usage.completion_tokens and say(client, checkpoint).model == checkpoint


def test_the_repaired_adapter_answers(client, survivor):
    tuned = survivor.state()["fine_tuned_model"]
    assert say(client, tuned).model == tuned


def test_a_base_that_is_cut_off_is_left_out_and_others_answer(engine, client, survivor):
    path = engine.home / "models" / f"{TINY}.gguf"
    good = path.read_bytes()
    path.write_bytes(good[: len(good) // 3])
    time.sleep(1.5)  # for this long the list of base files is believed
    try:
        with pytest.raises(openai.APIStatusError) as caught:
            say(client, TINY)
        assert TINY in caught.value.body["message"]
        assert say(client).usage.completion_tokens and TINY not in [model.id for model in client.models.list()]
    finally:
        path.write_bytes(good)
    time.sleep(1.5)
    assert say(client, TINY).usage.completion_tokens
