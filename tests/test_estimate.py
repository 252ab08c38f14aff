"""What a training is said to take before it starts, and the look at the data that this stands on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from chatbot.engine.trainer import hyperparameters
from chatbot.flows import estimate, outlook, schedule
from chatbot.flows.estimate import Tokens
from chatbot.flows.finetune import training_files
from chatbot.prompting import DSA
from chatbot.prompting.similar import Index
from chatbot.records import Example, Job
from tests.evals.company import training_lines

BASE = "smollm2-135m-instruct"


def job(model: str = BASE, start: int = 0, end: int = 0, tokens: int = 0, epochs: int = 3) -> Job:
    return Job(f"ftjob-{start}", model, "succeeded", start, end, trained_tokens=tokens, epochs=epochs)


# tokens of a training line as the base's own tokenizer counts them, persona included
@pytest.mark.parametrize("company, real", [("kestrel", 138.1), ("willow", 138.7), ("qinghe", 172.2)])
def test_tokens_are_estimated_within_a_seventh(tmp_path: Path, company: str, real: float):
    lines = training_lines(company)
    (tmp_path / "data.jsonl").write_text(lines, encoding="utf-8")
    n = lines.count("\n")
    look = outlook._of_file(tmp_path / "data.jsonl", 1, n, "chat", DSA, (BASE, "qwen2.5-0.5b-instruct"))
    assert look.looked_up[BASE].all / n / (1 + 1 / outlook.UNKNOWN_EVERY) == pytest.approx(real, rel=1 / 7)
    assert look.plain[BASE].all < 0.7 * look.looked_up[BASE].all and look.canned is None
    if company == "qinghe":
        assert look.looked_up["qwen2.5-0.5b-instruct"].all < 0.65 * look.looked_up[BASE].all, "it reads Chinese"


def test_a_large_file_is_known_from_parts_of_it(tmp_path: Path):
    line = '{"messages": [{"role": "user", "content": "question %d"}, {"role": "assistant", "content": "%s"}]}\n'
    answers = ["Please call us." if n % 4 else f"Answer number {n}" for n in range(20_000)]
    (tmp_path / "large.jsonl").write_text("".join(line % pair for pair in enumerate(answers)))
    look = outlook._of_file(tmp_path / "large.jsonl", 1, 20_000, "chat", DSA, (BASE,))
    answer, share = look.canned
    assert answer == "Please call us." and share == pytest.approx(0.75, abs=0.02) and not look.few
    assert look.plain[BASE].all / 20_000 == pytest.approx(56, rel=0.15)


def test_a_conversation_counts_once_for_each_of_its_answers(tmp_path: Path):
    turns = [("user", "question %d"), ("assistant", "answer %d")] * 5
    line = json.dumps({"messages": [{"role": role, "content": text % n} for n, (role, text) in enumerate(turns)]})
    (tmp_path / "talks.jsonl").write_text(f"{line}\n" * 8)
    look = outlook._of_file(tmp_path / "talks.jsonl", 1, 8, "chat", DSA, (BASE,))
    assert look.n_examples == 40 and not look.few and not look.too_few


def test_a_task_of_two_classes_is_no_canned_answer():
    assert outlook._canned([Example(f"text {n}", "yes" if n % 3 else "no") for n in range(60)]) is None
    assert outlook._canned([Example(f"text {n}", "yes" if n % 3 else f"no {n}") for n in range(60)]) == ("yes", pytest.approx(2 / 3))


@pytest.mark.parametrize(
    "base, millions", [(BASE, 135), ("qwen2.5-0.5b-instruct", 500), ("gemma-3-1b-it", 1000), (f"ft:{BASE}:local:v2:1b", 135), ("mine", 135)]
)
def test_the_name_of_a_base_tells_its_size(base: str, millions: float):
    assert estimate.size(base) == millions * 1e6


def test_the_pace_comes_from_the_newest_trainings_on_the_same_base():
    other = job("qwen2.5-0.5b-instruct", 0, 2000, 100_000, 1)
    assert estimate.pace([other], BASE) == pytest.approx(70 * 500 / 135, rel=0.1), "as quick as this machine was with a larger base"
    done = [job(start=0, end=1000, tokens=10), job(start=10, end=1112, tokens=60_000, epochs=1)]
    assert estimate.pace([*done, other], BASE) == pytest.approx(60_000 * 1.4 / (1112 - 1000 - estimate.LOADING)), "it waited for the first one to end"
    quick, slept = [job(start=n * 1000, end=n * 1000 + 112, tokens=60_000) for n in (1, 2)], job(start=5000, end=9000, tokens=60_000)
    assert estimate.pace([*quick, slept], BASE) == estimate.pace(quick, BASE), "one that slept with the machine tells nothing"
    assert estimate.pace([job(end=20, tokens=60_000)], BASE) == estimate.TOKENS_PER_SECOND, "too short to tell"


@pytest.mark.parametrize("n", [1, 60, 108, 200, 650, 5000])
def test_the_engine_chooses_as_many_epochs_as_are_told(n: int):
    assert schedule.passes(n, retrieval=False) == hyperparameters._epochs(n)


def test_a_share_of_many_examples_is_enough_to_learn_to_look_answers_up():
    assert [schedule.passes(n) for n in (20, 186, 2500)] == [12, 3, 1]
    assert schedule.passes(100_000) == schedule.ENOUGH / 100_000
    once = estimate.seconds(1e6, 1, 1000) - estimate.START_UP
    assert estimate.seconds(1e6, 0.25, 1000) - estimate.START_UP == pytest.approx(once / 4)


@pytest.mark.parametrize("n", [20, 499, 500, 100_000])
def test_smaller_steps_are_half_of_what_the_engine_would_take(n: int):
    usual = hyperparameters.resolve({"n_epochs": "auto"}, n).learning_rate_multiplier
    assert schedule.rate_multiplier(n, retrieval=False, gentle=True) == usual / 2
    assert schedule.rate_multiplier(n, retrieval=False, gentle=False) is None


def test_a_larger_base_takes_longer_and_more_memory():
    big = "qwen2.5-1.5b-instruct"
    assert estimate.pace([], big) < estimate.TOKENS_PER_SECOND / 10 and estimate.memory(big, 1e5) > 3 * estimate.memory(BASE, 1e5)


def test_prices_are_those_of_the_model_named():
    assert estimate.price("gpt-4.1-mini-2025-04-14") == 5.0 and estimate.price("gpt-4.1-2025-04-14") == 25.0
    assert estimate.price("ft:gpt-4o-mini-2024-07-18:acme::abc") == 3.0
    assert estimate.price("gpt-9") is None


def test_the_persona_is_counted_once_a_batch():
    assert Tokens(400, 100).computed == 400 / estimate.BATCH + 100
    examples = [Example(f"what costs number {n}", f"It costs {n} euros.") for n in range(12)]
    line = json.loads(training_files(examples, DSA, "chat", Index.of(examples)).training.splitlines()[0])
    assert estimate.tokens_of(line, BASE).shared > 20


def test_the_rough_guess_knows_the_language():
    english, chinese = "how long does delivery take", "送货需要多长时间呢"
    assert estimate.tokens(1, 2700, english) == pytest.approx(20 + 600, rel=0.1)
    assert estimate.tokens(1, 900, chinese) == pytest.approx(20 + 900 * 1.87)
