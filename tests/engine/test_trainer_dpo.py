"""Learning from preferences: pairs of answers of which one shall become likelier than the other."""

from __future__ import annotations

import csv
import math

import pytest
import torch

from chatbot.engine import shelf
from chatbot.engine.bases import training_folder
from chatbot.engine.trainer import lora
from chatbot.engine.trainer.dataset import Encoder, Pair
from chatbot.engine.trainer.loss import Reading, preference
from chatbot.engine.trainer.model import Tunable
from chatbot.engine.trainer.objectives import Preferences
from tests.engine.test_trainer import curve, make_job, run, trainer, wait_for_event

WORDS = "red green blue one two three salt sugar north south day night left right up down".split()
NUMBERS = {"n_epochs": 6, "batch_size": 4, "learning_rate_multiplier": 0.25, "beta": 0.2}


def pair(word: str, preferred: str = "Certainly", other: str = "Whatever") -> dict:
    said = lambda text: [{"role": "assistant", "content": f"{text}, {word}."}]  # noqa: E731
    asked = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello."}, {"role": "user", "content": f"Say {word}."}]
    return {"input": {"messages": asked}, "preferred_output": said(preferred), "non_preferred_output": said(other)}


@pytest.fixture(scope="module")
def tunable(shared_config, tiny):
    return Tunable(training_folder(shared_config, tiny), rank=8, alpha=16.0, first=None, seed=1)


@pytest.fixture(scope="module")
def pairs(tiny, tunable) -> list[Pair]:
    encoder = Encoder(tiny, tunable.tokenizer, context=200)
    return [made for word in WORDS[:5] for made in encoder.encode(pair(word))]


def prefer(config, tiny, **asked):
    """A job that learns from all words but the last four, which are kept for judging."""
    rows = [pair(word) for word in WORDS]
    return make_job(config, rows[:-4], rows[-4:], **{"base": tiny.id, "method": "dpo", "hyperparameters": NUMBERS} | asked)


@pytest.fixture(scope="module")
def done(shared_config, tiny):
    job = prefer(shared_config, tiny)
    run(job)
    return job


def metrics(job) -> list[dict]:
    return [event["data"] for event in job.events() if event["type"] == "metrics"]


def test_only_the_two_last_answers_are_trained(tunable, pairs):
    text = lambda sequence: tunable.tokenizer.decode([i for i, counts in zip(sequence.ids, sequence.trained) if counts])  # noqa: E731
    assert text(pairs[0].preferred) == "Certainly, red.<|im_end|>" and text(pairs[0].other) == "Whatever, red.<|im_end|>"
    assert "Hello." in tunable.tokenizer.decode(pairs[0].other.ids)


def test_the_loss_and_its_gradient_are_those_of_the_formula():
    generator = torch.Generator().manual_seed(3)
    likely = -10 * torch.rand(6, generator=generator, dtype=torch.float64)
    reference = -10 * torch.rand(6, generator=generator, dtype=torch.float64)
    likely.requires_grad_()
    expected = -torch.nn.functional.logsigmoid(0.3 * ((likely - reference)[:3] - (likely - reference)[3:])).sum()
    tokens = torch.tensor([2, 5, 9, 3, 3, 3])
    (expected - (likely / tokens)[:3].sum()).backward()
    score, wishes = preference(Reading(likely.detach(), torch.ones(6), tokens), reference, 0.3)
    assert score.loss == pytest.approx(expected.item()) and score.pairs == 3
    assert torch.allclose(wishes, -likely.grad)


def test_untrained_the_loss_is_ln_2_and_its_gradient_lifts_the_preferred(tunable, pairs):
    objective = Preferences(tunable, pairs, beta=0.1)
    objective.begin(lambda: None)
    part = list(range(len(pairs)))
    before = objective.judge(part)
    assert before.mean == pytest.approx(math.log(2), abs=1e-3)
    parameters = lora.parameters(tunable.layers)
    objective.learn(part, objective.share(part))
    with torch.no_grad():
        for tensor in parameters:
            tensor -= 0.05 * tensor.grad
    after = objective.judge(part)
    assert after.mean < before.mean - 1e-3 and after.margin > 0 and after.won == len(pairs)


def test_a_job_of_preferences_prefers_what_it_never_saw(done, shared_config):
    state, found = done.state(), metrics(done)
    assert state["status"] == "succeeded" and state["hyperparameters"] == NUMBERS
    assert found[0]["train_loss"] == pytest.approx(math.log(2), abs=1e-3)
    unseen = [row for row in found if "full_valid_loss" in row]
    assert unseen[-1]["full_valid_loss"] < unseen[0]["full_valid_loss"] < math.log(2)
    assert unseen[-1]["full_valid_reward_accuracy"] == 1 and unseen[-1]["full_valid_reward_margin"] > 0.1
    rows = list(csv.DictReader((shared_config.home / "files" / state["result_files"][0] / "content").open()))
    assert list(rows[0]) == ["step", "train_loss", "train_accuracy", "valid_loss", "valid_mean_token_accuracy"]
    assert len(rows) == 18 and rows[0]["train_loss"] == f"{found[0]['train_loss']:.5f}"


def test_a_killed_job_of_preferences_continues_with_the_same_reference(done, shared_config, tiny):
    job = prefer(shared_config, tiny)
    process = trainer(job)
    wait_for_event(job, "Step 8/18", process)
    process.kill()
    process.wait()
    [checkpoint, *_] = sorted((job.path / "checkpoints").glob("step-*"), key=lambda path: -int(path.name[5:]))
    saved = torch.load(checkpoint / "state.pt", weights_only=True)
    assert saved["done"] >= 3 and [tuple(reference.shape) for reference in saved["references"]] == [(2, 12), (2, 4)]
    assert run(job)["status"] == "succeeded"
    assert dict(curve(job)) == pytest.approx(dict(curve(done)), rel=1e-3)


def test_a_tuned_model_is_its_own_reference(done, shared_config, tiny):
    parent = shelf.read_json(shared_config.home / "models" / done.id / "model.json")["id"]
    job = prefer(shared_config, tiny, parent_model=parent, hyperparameters=NUMBERS | {"n_epochs": 1, "beta": "auto"})
    state, found = run(job), metrics(job)
    assert state["status"] == "succeeded" and state["hyperparameters"]["beta"] == 0.1
    assert found[0]["train_loss"] == pytest.approx(math.log(2), abs=1e-3)
