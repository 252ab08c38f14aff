"""Training pages: start, watch, cancel; the engine is real, the learning is played."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from types import SimpleNamespace

import pytest

from chatbot.flows import outlook
from chatbot.flows.finetune import Progress
from chatbot.prompting import DSA
from chatbot.records import Example, HomegrownError, Job
from chatbot.store import models
from chatbot.web import chart, forecast, signals
from tests.web.conftest import Browser
from tests.web.studio import CSV, engine, prepared, train, upload, wait_for  # noqa: F401

FALLING = [(step, 3.0 / step**0.5) for step in range(1, 60)]


def test_a_training_ends_in_a_model_that_can_be_put_live_from_its_page(house, admin, engine):
    dataset = prepared(admin)
    job = train(admin, dataset, suffix="talks").location
    wait_for(admin, job, "succeeded")
    page = admin.get(job).text
    model = re.search(r'name="model" value="(ft:[^"]+)"', page)[1]
    assert "Your model is ready" in page and "/console?model=ft%3A" in page
    assert admin.post("/admin/models/live", model=model).location == "/admin/models"
    assert models.live(house.store).model == model
    run = models.run_of_model(house.store, model)
    assert (run.dataset_id, run.suffix, run.style) == (dataset.rsplit("/", 1)[1], "talks", "chat")


def test_progress_tells_all_that_moves(admin, engine):
    job = train(admin, prepared(admin), suffix="slow").location
    progress = wait_for(admin, job, "running", percent=40)
    assert progress["texts"]["percent"] == "40 %" and progress["texts"]["steps"] == "Step 12 of 30"
    assert progress["signal"] == "learning"
    assert len(progress["chart"]["train"].split()) == 12
    assert progress["events"][-1]["text"] == "Fine-tuning job started"
    assert 'value="40.0"' in admin.get(job).text
    admin.post(f"{job}/cancel")
    wait_for(admin, job, "cancelled")
    assert "This training was cancelled" in admin.get(job).text


def test_the_same_form_sent_twice_starts_one_job(house, admin, engine):
    dataset = prepared(admin)
    token = re.search(r'name="token" value="([^"]+)"', admin.get("/admin/training").text)[1]
    first, second = train(admin, dataset, token=token), train(admin, dataset, token=token)
    assert first.location == second.location
    assert "was started already" in admin.get(second.location).text
    assert len(house.client.jobs()) == 1


def test_two_tabs_at_the_same_moment_start_one_job(app, house, admin, engine, person):
    dataset = prepared(admin)
    tabs = [Browser(app.test_client()).sign_in_as(house, person("admin", f"{n}@example.com")) for n in range(4)]
    for tab in tabs:
        tab.get("/admin/training")
    with ThreadPoolExecutor(4) as pool:
        places = [answer.location for answer in pool.map(lambda tab: train(tab, dataset), tabs)]
    assert len(set(places)) == 1 and len(house.client.jobs()) == 1


def test_after_one_training_a_fresh_form_starts_another(house, admin, engine):
    dataset = prepared(admin)
    train(admin, dataset)
    token = re.search(r'name="token" value="([^"]+)"', admin.get("/admin/training").text)[1]
    train(admin, dataset, token=token)
    assert len(house.client.jobs()) == 2


def test_a_training_that_cannot_be_noted_does_not_run(house, admin, engine, monkeypatch):
    def full_disk(*_args, **_fields):
        raise HomegrownError("The disk is full.")

    dataset = prepared(admin)
    monkeypatch.setattr(models, "add_run", full_disk)
    assert "/admin/training?" in train(admin, dataset, suffix="slow").location
    assert "The disk is full." in admin.get("/admin/training").text
    assert [job.status for job in house.client.jobs()] == ["cancelled"]


def test_a_failed_training_says_why_and_what_to_do(admin, engine):
    job = train(admin, prepared(admin), suffix="fails").location
    wait_for(admin, job, "failed")
    page = admin.get(job).text
    assert "memory is too small" in page and "choose a smaller base model" in page and "Train again" in page


def test_too_few_examples_are_refused_with_a_sentence(house, admin, engine):
    dataset = prepared(admin, b"Text\nhello\nwhat is it\nsomething\nwho are you\na bot\n")
    back = train(admin, dataset).location
    assert "at least 10 examples" in admin.get(back).text
    assert house.client.jobs() == []


def test_an_unprepared_dataset_is_refused(house, admin, engine):
    back = train(admin, upload(admin, CSV).location).location
    assert "not prepared yet" in admin.get(back).text
    assert house.client.jobs() == []


def test_a_deleted_dataset_does_not_disturb_its_training(house, admin, engine):
    dataset = prepared(admin)
    job = train(admin, dataset).location
    admin.post(f"{dataset}/delete")
    wait_for(admin, job, "succeeded")
    assert admin.get(job).status_code == 200


def test_a_job_that_does_not_exist_is_not_found(admin, engine):
    assert admin.get("/admin/training/ftjob-nothing").status_code == 404
    assert admin.get("/admin/training/ftjob-nothing/progress").status_code == 404


def test_the_overview_leads_on_step_by_step(admin, engine):
    assert "Bring your dialogues" in admin.get("/admin/").text
    dataset = upload(admin, CSV).location
    assert f'href="{dataset}/prepare"' in admin.get("/admin/").text
    admin.post(f"{dataset}/prepare", style="chat")
    assert "Train your model" in admin.get("/admin/").text
    job = train(admin, dataset, suffix="slow").location
    assert "A model is growing" in admin.get("/admin/").text
    admin.post(f"{job}/cancel")
    wait_for(admin, job, "cancelled")
    token = re.search(r'name="token" value="([^"]+)"', admin.get("/admin/training").text)[1]
    job = train(admin, dataset, token=token).location
    wait_for(admin, job, "succeeded")
    assert "Put it live" in admin.get("/admin/").text
    model = re.search(r'name="model" value="(ft:[^"]+)"', admin.get(job).text)[1]
    admin.post("/admin/models/live", model=model)
    assert "Your model answers visitors" in admin.get("/admin/").text


@pytest.mark.parametrize(
    "kind, train_loss, valid_loss",
    [
        ("waiting", FALLING[:3], []),
        ("learning", FALLING[:12], []),
        ("slowing", [(step, 0.5) for step in range(1, 60)], []),
        ("too-fast", FALLING[:20] + [(step, 4.0) for step in range(21, 40)], []),
        ("memorising", FALLING, [(10, 1.2), (20, 1.0), (30, 1.1), (40, 1.3)]),
    ],
)
def test_a_curve_is_put_into_words(kind, train_loss, valid_loss):
    assert signals.read(train_loss, valid_loss).kind == kind


def test_the_state_that_was_kept_is_told_and_marked(admin, engine):
    job = train(admin, prepared(admin), suffix="by-heart").location
    progress = wait_for(admin, job, "succeeded")
    page = " ".join(admin.get(job).text.split())
    assert "Stopped in good time" in page and "At step 20 the error" in page and "the state of step 10, where" in page
    assert progress["chart"]["best"] == {"at": 50.0, "label": "10"} and "The state in use, step 10" in page
    admin.get(f"{job}?lang=zh")
    page = admin.get(job).text
    assert "Stopped early" not in page and "提前" in page


@pytest.mark.parametrize(
    "kind, best_step, train_loss",
    [("kept", 30, FALLING), ("learned", 59, FALLING), ("learned", None, FALLING), ("too-fast", None, FALLING[:20] + [(step, 4.0) for step in range(21, 40)])],
)
def test_the_end_is_put_into_words(kind, best_step, train_loss):
    job = Job("ftjob-1", "base", "succeeded", 0)
    now = Progress(job, train_loss[-1][0], train_loss[-1][0], tuple(train_loss), (), (), None, best_step)
    assert signals.verdict(now).kind == kind


def rows(*pairs: tuple[str, str]) -> bytes:
    return "".join(json.dumps({"prompt": prompt, "completion": completion}) + "\n" for prompt, completion in pairs).encode()


def test_before_the_start_the_page_says_what_the_data_lack(admin, engine):
    few = rows(*((f"question {n}", f"answer {n}") for n in range(12)))
    canned = rows(*((f"question {n}", "Please call us." if n % 3 else f"answer {n}") for n in range(60)))
    first = train_form(admin, few)
    assert "Little data" in first and "With 12 examples" in first and "One answer dominates" not in first
    second = train_form(admin, canned)
    shown = re.findall(r'data-warnings="(\w+)" (hidden)?', second)
    assert len(shown) == 2 and [hidden for _, hidden in shown].count("hidden") == 1, "those of the other dataset are hidden"
    assert re.search("6[78] of every 100 examples are answered with “Please call us”", second)


def train_form(admin, content: bytes) -> str:
    address = upload(admin, content, "rows.jsonl").location
    admin.post(f"{address}/prepare", style="chat", **{f"answer-{name}": "no" for name in ("canned", "duplicates", "repeated")})
    return " ".join(admin.get(f"/admin/training?dataset={address.rsplit('/', 1)[1]}").text.split())


def test_smaller_steps_reach_the_server(house, admin, engine):
    job = train(admin, prepared(admin), gentle="yes").location
    folder = house.engine_config.home / "jobs" / job.rsplit("/", 1)[1]
    assert json.loads((folder / "request.json").read_text())["hyperparameters"]["learning_rate_multiplier"] == 0.25


def test_at_openai_the_money_is_told_if_the_price_is_known(app, house, tmp_path):
    base, unknown = "gpt-4o-mini-2024-07-18", "gpt-9"
    examples = [Example(f"question {n}", f"The answer to question {n} is {n}.") for n in range(40)]
    look = outlook.of_examples(examples, 40, "chat", DSA, (base, unknown))
    at_openai = SimpleNamespace(settings=replace(house.settings, openai_base_url="https://api.openai.com/v1"))
    with app.test_request_context():
        told = forecast.forecasts(at_openai, {"d": look}, (base, unknown), [])["d"]
        assert list(told) == [base]
        dollars = look.looked_up[base].all * 12 * 3.0 / 1e6
        assert told[base]["looked_up"]["epoch"] * 12 == pytest.approx(dollars)
        assert forecast.told(at_openai, told[base]).startswith(f"about ${max(0.01, dollars):.2f} for the training, at the prices OpenAI published in")
        elsewhere = SimpleNamespace(settings=replace(house.settings, openai_base_url="https://llm.example.com/v1"))
        assert forecast.forecasts(elsewhere, {"d": look}, (base,), []) == {"d": {}} and forecast.told(elsewhere, None) == ""


def test_the_chart_keeps_to_its_frame_and_shows_the_newest_step():
    drawn = chart.draw([(step, 5.0 / step) for step in range(1, 5001)], [(5000, 0.2)], 5000)
    points = [tuple(map(float, point.split(","))) for point in drawn.train.split()]
    assert len(points) <= chart.MOST_POINTS and points[-1][0] == 100.0
    assert all(0 <= x <= 100 and 0 <= y <= 100 for x, y in points + drawn.dots)
    assert drawn.readings[-1].step == 5000 and drawn.readings[-1].valid == "0.20"
    assert [tick.label for tick in drawn.x_ticks] == ["0", "1,000", "2,000", "3,000", "4,000", "5,000"]


def test_a_chart_without_numbers_is_empty():
    drawn = chart.draw([(1, float("nan"))], [], 0)
    assert (drawn.train, drawn.readings) == ("", [])


@pytest.mark.parametrize("epochs", ["²", "9" * 5000, "0", "-1"])
def test_epochs_that_are_no_number_are_left_to_the_engine(admin, engine, epochs):
    job = train(admin, prepared(admin), epochs=epochs).location
    assert wait_for(admin, job, "succeeded")


def test_a_job_with_an_impossible_name_is_not_there(admin, engine):
    assert admin.get("/admin/training/%2e%2e").status_code == 404
