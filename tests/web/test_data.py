"""Data pages: upload, look inside, answer the questions, download, delete."""

from __future__ import annotations

import errno
import html
import json
import re
import resource
import signal
from pathlib import Path

import pytest

from chatbot.store import datasets
from tests.web.studio import CSV, prepared, upload


def folder(house, address: str):
    return house.settings.home / "datasets" / address.rsplit("/", 1)[1]


def error_in(response) -> str:
    return re.search(r'callout bad.*?<p>(.*?)</p>', response.text, re.S)[1]


def test_an_uploaded_file_is_listed_and_shown_as_bubbles(house, admin):
    address = upload(admin, CSV).location
    assert "talks" in admin.get("/admin/data").text
    page = admin.get(address).text
    assert "question 0<" in page and "Answer 0<" in page
    assert page.index("question 0<") < page.index("Answer 0")
    dataset = datasets.every(house.store)[0]
    assert (dataset.n_examples, dataset.status, dataset.filename) == (20, "uploaded", "talks.csv")
    assert (folder(house, address) / "original.csv").read_bytes() == CSV


def test_the_sample_is_one_click(house, admin):
    address = admin.post("/admin/data", page="/admin/data", sample="yes").location
    assert datasets.every(house.store)[0].n_examples >= 160
    assert "big-O" in admin.get(address).text


def test_a_long_dataset_is_paged(admin):
    address = upload(admin, CSV).location
    assert "question 19<" not in admin.get(address).text
    last = admin.get(f"{address}?page=999").text
    assert "question 19<" in last and 'rel="next"' not in last


@pytest.mark.parametrize(
    "name, content",
    [
        ("empty.csv", b""),
        ("wrong.csv", b"Nothing\nhere\nhelps\n"),
        ("one.csv", b"Text\nonly me\n"),
        ("picture.csv", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" * 40),
        ("page.html", b"<html></html>"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_sentence_and_nothing_is_kept(house, admin, name, content):
    response = upload(admin, content, name)
    assert response.status_code == 422
    assert len(error_in(response)) > 20
    assert datasets.every(house.store) == []
    assert not list((house.settings.home / "datasets").glob("*/*"))


def test_a_script_gets_the_sentence_as_json(admin):
    response = upload(admin, b"", Accept="application/json", **{"Sec-Fetch-Dest": "empty"})
    assert response.status_code == 422 and "empty" in response.json["error"]["message"]
    assert upload(admin, CSV, Accept="application/json", **{"Sec-Fetch-Dest": "empty"}).json["location"].startswith("/admin/data/")


def test_a_form_without_a_file_asks_for_one(admin):
    response = admin.post("/admin/data", page="/admin/data")
    assert response.status_code == 422 and "Choose a file first." in error_in(response)


def test_a_file_over_the_limit_is_refused(house, admin, monkeypatch):
    monkeypatch.setattr(type(house.settings), "max_upload_mb", 1)
    object.__setattr__(house.settings, "max_upload_mb", 1)
    assert upload(admin, b"Text\n" + b"x" * 1_200_000).status_code == 413
    assert datasets.every(house.store) == []


def test_gbk_text_is_read_and_said_to_be(house, admin):
    rows = ["你好，我是客服。"] + [row for n in range(12) for row in (f"第{n}个问题怎么办？", f"请按第{n}步操作，谢谢您的耐心。")]
    address = upload(admin, ("Text\n" + "\n".join(rows)).encode("gbk")).location
    assert "第0个问题怎么办？" in admin.get(address).text
    assert datasets.every(house.store)[0].encoding.lower().startswith("gb")


@pytest.fixture
def small_disk():
    """Call it with a number of bytes: no file may grow beyond, which is what a full disk looks like to a program."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    old = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    yield lambda size: resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    signal.signal(signal.SIGXFSZ, old)


def test_a_full_disk_is_said_and_leaves_nothing_half_written(house, admin, small_disk):
    content = b"Text\n" + b"".join(b"question %d?\nanswer number %d.\n" % (n, n) for n in range(11_000))
    admin.get("/admin/data")
    small_disk(400_000)
    response = upload(admin, content)
    assert response.status_code == 422 and "disk is full" in error_in(response)
    assert datasets.every(house.store) == []
    assert not list((house.settings.home / "datasets").glob("*"))


def test_a_disk_that_fills_up_while_the_upload_arrives_is_said_too(house, admin, monkeypatch):
    def full(*_args, **_more):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("werkzeug.formparser.SpooledTemporaryFile", full)
    response = upload(admin, CSV)
    assert response.status_code == 507 and "disk is full" in response.text
    assert datasets.every(house.store) == []


def test_the_other_side_may_speak_first(admin):
    content = b"Text\n" + b"".join(b"question %d?\nanswer %d.\n" % (n, n) for n in range(12))
    address = upload(admin, content).location
    assert admin.post(f"{address}/first-speaker", side="human").status_code == 303
    page = admin.get(address).text
    assert re.search(r'bubble user">.{0,80}<p>question 0\?', page)
    admin.post(f"{address}/first-speaker", side="bot")
    assert re.search(r'bubble assistant">.{0,80}<p>question 1\?', admin.get(address).text)
    assert admin.post(f"{address}/first-speaker", side="nobody").status_code == 400


def test_questions_are_asked_with_before_and_after(admin):
    address = upload(admin, CSV).location
    page = admin.get(f"{address}/prepare?style=completions").text
    assert page.count('value="yes" checked') >= 3
    assert "question 0</p>" in page and "question 0<mark>␣-&gt;</mark>" in page


def test_answers_decide_what_is_written(house, admin):
    address = upload(admin, CSV).location
    admin.post(f"{address}/prepare", style="completions")
    accepted = [json.loads(line) for line in (folder(house, address) / "talks_prepared.jsonl").read_text().splitlines()]
    assert accepted[0]["prompt"] == "question 0 ->"
    names = re.findall(r'name="(answer-[^"]+)" value="no"', admin.get(f"{address}/prepare?style=completions").text)
    admin.post(f"{address}/prepare", style="completions", **{name: "no" for name in names})
    assert not (folder(house, address) / "talks_prepared.jsonl").exists()
    refused = [json.loads(line) for line in (folder(house, address) / "talks.jsonl").read_text().splitlines()]
    assert refused[0] == {"prompt": "question 0", "completion": "Answer 0"}
    assert "<p>question 0</p>" in admin.get(address).text, "learned without the signs in the file"
    assert admin.get(f"{address}/prepare?style=completions").text.count('value="no" checked') == len(set(names))


def test_a_prepared_dataset_shows_its_files_and_leads_to_training(house, admin):
    address = prepared(admin)
    page = admin.get(address).text
    assert "Ready to train" in page and f"/admin/training?dataset={address.rsplit('/', 1)[1]}" in page
    line = admin.get(f"{address}/file/talks.jsonl").text.splitlines()[0]
    assert [message["role"] for message in json.loads(line)["messages"]] == ["user", "assistant"]
    assert admin.get(f"{address}/file/original.csv").data == CSV
    assert admin.get(f"{address}/file/..%2f..%2fsecret_key").status_code == 404


def test_a_file_named_like_one_of_ours_does_not_overwrite_it(house, admin):
    address = upload(admin, CSV, "turns.csv").location
    admin.post(f"{address}/prepare", style="chat")
    assert "question 0<" in admin.get(address).text
    assert (folder(house, address) / "turns (1).jsonl").exists()


def test_deleting_takes_row_and_files(house, admin):
    address = prepared(admin)
    assert admin.post(f"{address}/delete").location == "/admin/data"
    assert admin.get(address).status_code == 404
    assert datasets.every(house.store) == [] and not folder(house, address).exists()


def test_files_that_are_gone_from_the_disk_are_announced_and_the_dataset_can_be_deleted(house, admin):
    address = prepared(admin)
    for path in filter(Path.is_file, folder(house, address).rglob("*")):
        path.unlink()
    assert "are gone from the disk" in admin.get(address).text
    assert admin.get(f"{address}/prepare").location == address
    assert "are gone from the disk" in admin.get(address).text
    assert admin.post(f"{address}/delete").status_code == 303
    assert datasets.every(house.store) == []


def test_only_admins_may_look(staff, browser):
    assert staff.get("/admin/data").status_code == 403
    assert browser.get("/admin/data").status_code == 303


@pytest.mark.parametrize("name", ["../../etc/talks.csv", "C:\\data\\talks.csv", "ta\x00lks.csv", "\x01talks.csv", "t" * 300 + ".csv", "谈" * 100 + ".csv"])
def test_any_file_name_can_be_prepared_and_downloaded(house, admin, name):
    address = upload(admin, CSV, name).location
    assert admin.post(f"{address}/prepare", style="chat").status_code == 303
    files = re.findall(r'href="([^"]+/file/[^"]+)"', admin.get(address).text)
    assert len(files) >= 2
    for file in files:
        answer = admin.get(html.unescape(file))
        assert answer.status_code == 200 and "/" not in answer.headers["Content-Disposition"]
    assert not (house.settings.home / "datasets").parent.joinpath("etc").exists()
