"""Files that take their time: a bar that survives a reload, Cancel, a site that dies meanwhile, rows nobody agreed to lose."""

from __future__ import annotations

import os
import time

import pytest

from chatbot.flows import aside, dataset_work
from chatbot.store import datasets
from tests.data.fixtures import zip_of
from tests.web.studio import CSV, upload

GOOD = '{"messages":[{"role":"user","content":"question %d"},{"role":"assistant","content":"answer %d"}]}\n'
MIXED = "".join(GOOD % (n, n) for n in range(12)) + '{"messages":[]}\n' + GOOD % (20, 20)


def work_folder(house, address: str, step: str = "reading"):
    return house.settings.home / "datasets" / address.rsplit("/", 1)[1] / step


@pytest.fixture
def slow(monkeypatch, house):
    """Reading takes until it is cancelled, and no page waits for it."""
    monkeypatch.setattr("chatbot.web.working.PATIENCE", 0)
    monkeypatch.setattr(dataset_work, "TASKS", "tests.slow_tasks")
    yield
    for dataset in datasets.every(house.store):
        aside.cancel(house.settings.home / "datasets" / dataset.id / "reading")


def until(true, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_bar_is_shown_again_after_a_reload_and_the_list_says_so(admin, slow):
    address = upload(admin, CSV).location
    until(lambda: admin.get(f"{address}/progress").json.get("texts", {}).get("rows") == "1,234 rows")
    progress = admin.get(f"{address}/progress").json
    assert progress["running"] and progress["share"] == 0.25 and "Reading the file" in progress["texts"]["part"]
    for _tab in range(2):
        page = admin.get(address).text
        assert f'data-work-url="{address}/progress"' in page and "1,234 rows" in page and "/cancel" in page
    assert "Being read" in admin.get("/admin/data").text
    assert "Bring your dialogues" in admin.get("/admin/").text, "nothing usable is there yet"
    assert admin.get(f"{address}/prepare").location == address, "and nothing can be prepared"


def test_cancel_forgets_a_file_that_was_never_read(house, admin, slow):
    address = upload(admin, CSV).location
    assert admin.post(f"{address}/cancel").location == "/admin/data"
    assert datasets.every(house.store) == [] and not work_folder(house, address).parent.exists()
    assert admin.get(f"{address}/progress").status_code == 404


def test_cancel_of_a_second_reading_leaves_the_first(house, admin, monkeypatch):
    address = upload(admin, CSV).location
    before = admin.get(address).text
    monkeypatch.setattr(dataset_work, "TASKS", "tests.slow_tasks")
    monkeypatch.setattr("chatbot.web.working.PATIENCE", 0)
    admin.post(f"{address}/first-speaker", side="human")
    assert "data-work-url" in admin.get(address).text
    assert admin.post(f"{address}/cancel").location == address
    after = admin.get(address).text
    assert "Nothing was changed" in after and after.count("question 0<") == before.count("question 0<") == 1


def test_a_file_kept_by_a_site_that_died_before_reading_it_is_read(house, admin, monkeypatch):
    with monkeypatch.context() as dying:
        dying.setattr("chatbot.web.working.settled", lambda house, dataset: (dataset, None, None))
        address = upload(admin, CSV).location
    assert datasets.every(house.store)[0].status == datasets.READING and not work_folder(house, address).exists()
    assert "question 0<" in admin.get(address).text
    assert datasets.every(house.store)[0].status == datasets.UPLOADED


def test_what_a_killed_upload_left_is_swept_away_a_day_later(house, admin):
    places = [house.settings.home / "datasets" / name for name in ("old", "new")]
    for place in places:
        place.mkdir(parents=True)
        (place / "original.csv.part").write_text("Text")
    os.utime(places[0], (0, 0))
    address = upload(admin, CSV).location
    assert [place.exists() for place in places] == [False, True] and admin.get(address).status_code == 200


def test_what_cannot_be_read_in_the_end_keeps_its_sentence_and_no_file(house, admin, monkeypatch):
    with monkeypatch.context() as slow_page:
        slow_page.setattr("chatbot.web.working.settled", lambda house, dataset: (dataset, None, None))
        address = upload(admin, b"Text\nonly me\n").location
    page = admin.get(address).text
    assert "This file was not added" in page and "only one row" in page
    assert [path.name for path in work_folder(house, address).parent.rglob("*") if path.is_file()] == []
    assert "Not readable" in admin.get("/admin/data").text
    admin.post(f"{address}/delete")
    assert datasets.every(house.store) == []


def test_rows_that_cannot_be_used_are_shown_and_nothing_is_usable_before_consent(house, admin):
    address = upload(admin, MIXED.encode(), "talks.jsonl").location
    page = admin.get(address).text
    assert "Rows that cannot be used: 1" in page and "<td" in page and "there is no list of messages" in page and ">13<" in page
    assert f"{address}/prepare" not in page and "To be prepared" not in admin.get("/admin/data").text
    assert admin.get(f"{address}/prepare").location == address
    assert admin.post(f"{address}/prepare", style="chat").location == address and datasets.every(house.store)[0].status == "consent"
    admin.post(f"{address}/accept")
    assert datasets.every(house.store)[0].status == "uploaded" and f"{address}/prepare" in admin.get(address).text
    assert datasets.every(house.store)[0].n_examples == 13


def test_a_zip_names_the_file_inside_for_every_row_and_itself_with_its_fingerprint(house, admin):
    table = "question,answer\nwhen?,at nine\nwhere?,\nhow?,by bus\n"
    address = upload(admin, zip_of({"export/a.csv": table, "export/b.csv": table.replace("?", "!")}), "talks.zip").location
    page = admin.get(address).text
    assert "export/a.csv, line 3</td>" in page and "Rows left out" not in page, "said once, in the table"
    admin.post(f"{address}/accept")
    assert "export/b.csv, line 4" in admin.get(f"{address}/rows").text
    (dataset,) = datasets.every(house.store)
    lineage = admin.get(address).text.split('<ol class="chain">')[1].split("</ol>")[0]
    assert lineage.count("talks.zip") == 2 and dataset.sha256[:12] in lineage and "export/a.csv" not in lineage


def test_who_does_not_agree_keeps_nothing(house, admin):
    address = upload(admin, MIXED.encode(), "talks.jsonl").location
    admin.post(f"{address}/delete")
    assert datasets.every(house.store) == [] and not work_folder(house, address).parent.exists()


def test_limits_are_settings(house, admin):
    object.__setattr__(house.settings, "reading_rows", 10)
    rows = b'{"prompt":"a","completion":"b"}\n' * 11
    assert "more than 10 rows" in upload(admin, rows, "rows.jsonl").text
    object.__setattr__(house.settings, "reading_memory_mb", 150)
    assert "more than 150 MB of memory" in upload(admin, b"Text\n" + b"question of some length?\nanswer\n" * 900_000).text
    assert datasets.every(house.store) == []


def test_only_admins_may_cancel_and_agree(admin, staff):
    address = upload(admin, CSV).location
    for action in ("cancel", "accept"):
        assert staff.post(f"{address}/{action}", page="/console").status_code == 403
    assert staff.get(f"{address}/progress").status_code == 403
