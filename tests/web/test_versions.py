"""Versions of a dataset: saved, compared, divided, exported, prepared, trained on, and told of wherever a model is."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
import textwrap
from dataclasses import replace

import pyarrow.parquet as pq
import pytest

from chatbot.data.parts import TEST, UNKNOWN, Groups, Shares, assign
from chatbot.flows import aside, rewriting, saving, versions
from chatbot.flows import draft as drafts
from chatbot.records import DataError
from chatbot.settings import ROOT
from chatbot.store import dataset_versions, models, version_files
from tests.web.studio import engine, train, upload, wait_for  # noqa: F401
from tests.web.test_rows import CHAT, bar, mark, only, say, texts

MANY = "".join(
    json.dumps({"messages": [{"role": "user", "content": f"Where is parcel number {n // 2}{'?' * (n % 2)}"}, {"role": "assistant", "content": f"{n}"}]})
    + "\n"
    for n in range(120)
).encode()


@pytest.fixture
def address(admin) -> str:
    return upload(admin, CHAT, "talks.jsonl").location


def save(admin, address: str, **form):
    usual = {"token": bar(admin, address), "note": "", "validation": "0", "test": "0", "seed": "42"}
    return admin.post(f"{address}/versions/new", **usual | form)


def edited(house, admin, address) -> None:
    """Row 2 says something else, row 3 is gone, row 6 is new."""
    say(admin, address, 2, mark(house, 2), ("user", "Do you ship to Norway?"), ("assistant", "Yes, in four days."))
    admin.post(f"{address}/rows/3", action="delete", seen=mark(house, 3))
    admin.post(f"{address}/rows", role=["user", "assistant"], text=["New?", "=1+1"], place=["", ""])


def parts(house, number: int) -> dict[int, int]:
    with versions.opened(house, dataset_versions.get(house.store, only(house).id, number)) as rows:
        return dict(zip(rows.index["id"].tolist(), rows.index["part"].tolist()))


def test_the_draft_becomes_a_version_and_the_old_one_stays_as_it_was(house, admin, address):
    before = admin.get(f"{address}/versions/1/export.jsonl").data
    edited(house, admin, address)
    assert "<del>five</del><ins>four</ins>" in admin.get(f"{address}/versions/new").text
    save(admin, address, note="A day faster")
    page = admin.get(f"{address}/versions").text
    assert "A day faster" in page and "Admin" in page and "5 rows" in page
    assert admin.get(f"{address}/versions/1/export.jsonl").data == before
    lines = admin.get(f"{address}/versions/2/export.jsonl").text.splitlines()
    assert [json.loads(line)["messages"][1]["content"] for line in lines] == ["=1+1", "Sorry! Which number?", "Yes, in four days.", "请在十四天内退货。", "No."]
    assert dataset_versions.steps(house.store, only(house).id) == [] and "edited in version 2" in admin.get(f"{address}/rows").text
    assert admin.get(address).status_code == 200 and only(house).n_dialogues == 5


def test_what_differs_between_two_versions_is_shown_word_by_word(house, admin, address):
    edited(house, admin, address)
    save(admin, address)
    page = admin.get(f"{address}/versions/difference?a=1&b=2").text
    assert "Yes, in <del>five</del><ins>four</ins> days." in page and "<del>Gern.</del>" in page and "<ins>=1+1</ins>" in page
    assert "+1 added" in page and "−1 deleted" in page and "1 changed" in page
    assert "No row differs" in admin.get(f"{address}/versions/difference?a=2&b=2").text
    assert admin.get(f"{address}/versions/difference?a=1&b=9").status_code == 404


def test_a_version_is_saved_once_and_only_as_it_was_seen(house, admin, address):
    edited(house, admin, address)
    token = bar(admin, address)
    admin.post(f"{address}/rows/4", action="delete", seen=mark(house, 4))
    late = save(admin, address, token=token)
    assert "in the meantime" in admin.get(late.location).text
    save(admin, address)
    again = save(admin, address)
    assert "Nothing has changed since version 2." in admin.get(again.location).text
    assert [version.number for version in dataset_versions.every(house.store, only(house).id)] == [2, 1]


def test_the_last_row_cannot_be_saved_away(house, admin, address):
    for row in range(1, 6):
        admin.post(f"{address}/rows/{row}", action="delete", seen=mark(house, row))
    assert "No rows are left" in admin.get(save(admin, address).location).text
    admin.post(f"{address}/versions/discard", token=bar(admin, address))
    assert list(texts(house)) == [1, 2, 3, 4, 5]


def test_killed_while_saving_nothing_is_half_there(house, admin, address):
    edited(house, admin, address)
    script = f"""
        import os, signal
        from pathlib import Path
        from chatbot import create_app
        from chatbot.data.parts import Shares
        from chatbot.flows import saving, draft
        from chatbot.settings import Settings
        from chatbot.store import dataset_versions, datasets
        dataset_versions.add = lambda *a, **b: os.kill(os.getpid(), signal.SIGKILL)
        house = create_app(Settings(home=Path({str(house.settings.home)!r}))).extensions["homegrown"]
        dataset = datasets.every(house.store)[0]
        saving.save(house, dataset, draft.load(house, dataset).token, "", Shares())
    """
    process = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], cwd=ROOT, env=os.environ)
    assert process.returncode == -signal.SIGKILL
    assert version_files.folder(house.settings.home, only(house).id, 2).exists()
    assert versions.newest(house, only(house)).number == 1 and len(texts(house)) == 5
    assert save(admin, address).status_code == 303 and versions.newest(house, only(house)).n_rows == 5


def test_the_same_question_is_never_in_two_parts_and_parts_stay(house, admin):
    address = upload(admin, MANY, "parcels.jsonl").location
    save(admin, address, validation="10", test="20")
    first = parts(house, 2)
    assert all(first[row] == first[row + 1] for row in range(1, 120, 2))
    assert sorted([list(first.values()).count(part) for part in range(3)]) == [12, 24, 84]
    admin.post(f"{address}/rows/50", action="delete", seen=mark(house, 50))
    save(admin, address, validation="10", test="20")
    assert {row: part for row, part in parts(house, 3).items() if first[row] != part} == {}
    save(admin, address, validation="10", test="20", seed="7")
    assert parts(house, 4) != parts(house, 3)
    for bad in ({"validation": "51"}, {"test": "-1"}, {"test": "nan"}, {"seed": "x"}):
        assert save(admin, address, **bad).status_code == 400


def test_groups_are_joined_by_way_of_others():
    groups = Groups()
    for keys in ([1], [2], [3, 1], [4], [3, 2]):
        groups.add(keys)
    groups.add([5], goes_on=True)
    assert groups.of_rows().tolist() == [0, 0, 0, 3, 0, 0]
    known = [UNKNOWN, UNKNOWN, TEST, UNKNOWN, UNKNOWN]
    assert assign([0, 0, 0, 3, 0], known, Shares(0, 0.2)).tolist() == [TEST, TEST, TEST, 0, TEST]


def test_the_test_part_is_never_trained_on_and_validation_is_not_either(house, admin, engine):
    address = upload(admin, MANY, "parcels.jsonl").location
    save(admin, address, validation="10", test="20")
    admin.post(f"{address}/prepare", style="chat")
    admin.get(address)
    job = train(admin, address).location
    wait_for(admin, job, "succeeded")
    answers = [{line["messages"][-1]["content"] for line in map(json.loads, _sent(engine, name))} for name in ("training", "validation")]
    of_part = [{str(row - 1) for row, part in parts(house, 2).items() if part == each} for each in range(3)]
    assert answers[1] == of_part[1]
    assert not answers[0] & (of_part[1] | of_part[2])
    assert of_part[0] <= answers[0]


@pytest.mark.parametrize("n_answers, judged", [(100, set()), (3, {"0", "1", "2"})])
def test_without_approved_answers_only_what_is_taught_judges_a_training(house, admin, engine, n_answers, judged):
    rows = ((f"Where is parcel number {n}?", str(n % n_answers)) for n in range(100))
    lines = "".join(json.dumps({"prompt": asked, "completion": told}) + "\n" for asked, told in rows)
    address = upload(admin, lines.encode(), "parcels.jsonl").location
    save(admin, address, validation="20", test="0")
    no = {f"answer-{name}": "no" for name in ("canned", "duplicates", "repeated")}
    admin.post(f"{address}/prepare", style="chat", **no)
    admin.get(address)
    wait_for(admin, train(admin, address, plain="yes").location, "succeeded")
    names = {file["filename"] for file in engine.test_client().get("/v1/files", headers={"Authorization": "Bearer key"}).json["data"]}
    found = _sent(engine, "validation") if "validation.jsonl" in names else []
    assert {json.loads(line)["messages"][-1]["content"] for line in found} == judged


def _sent(engine, name: str) -> list[str]:
    """The lines of an uploaded file; the newest of that name."""
    client, key = engine.test_client(), {"Authorization": "Bearer key"}
    file = next(file for file in client.get("/v1/files", headers=key).json["data"] if file["filename"] == f"{name}.jsonl")
    return client.get(f"/v1/files/{file['id']}/content", headers=key).text.splitlines()


def test_where_a_model_comes_from_is_told_on_its_pages_and_outlives_the_dataset(house, admin, engine):
    address = upload(admin, MANY, "parcels.jsonl").location
    say(admin, address, 1, mark(house, 1), ("user", "Where is parcel number 0"), ("assistant", "Here!"))
    save(admin, address, note="One is here")
    admin.post(f"{address}/prepare", style="chat")
    admin.get(address)
    job = train(admin, address).location
    wait_for(admin, job, "succeeded")
    version = dataset_versions.get(house.store, only(house).id, 2)
    assert models.runs(house.store)[0].dataset_version == 2
    for page in (address, job, "/admin/models"):
        text = admin.get(page).text
        assert "One is here" in text and version.sha256 in text and only(house).sha256 in text, page
    admin.post(f"{address}/delete")
    origin = admin.get(f"{job}/origin.json").json
    assert [(each["number"], each["text"], each["by"]) for each in origin["versions"]] == [(1, "Read from parcels.jsonl", "Admin"), (2, "One is here", "Admin")]
    assert origin["files"][0]["name"] == "parcels.jsonl" and origin["model"].startswith("ft:")
    assert "One is here" in admin.get(job).text


def test_it_is_said_when_the_data_has_changed_since_it_was_prepared(house, admin, address):
    admin.post(f"{address}/prepare", style="chat")
    assert "has changed since" not in admin.get(address).text
    edited(house, admin, address)
    assert "not saved as a version yet" in admin.get(address).text
    save(admin, address)
    assert "version 2 is newer than version 1" in admin.get(address).text and "version 2 is newer" in admin.get("/admin/training").text
    admin.post(f"{address}/prepare", style="chat")
    assert "is newer than" not in admin.get(address).text
    line = admin.get(f"{address}/file/talks_prepared.jsonl").text if "talks_prepared" in admin.get(address).text else ""
    assert "five days" not in line


def test_csv_is_safe_to_open_and_can_be_uploaded_again(house, admin, address):
    edited(house, admin, address)
    say(admin, address, 4, mark(house, 4), ("user", "怎么退货？"), ("assistant", "@SUM(A1)"))
    save(admin, address)
    answer = admin.get(f"{address}/versions/2/export.csv")
    assert answer.data.startswith(b"\xef\xbb\xbf") and 'filename="talks 2.csv"' in answer.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert {row["text"] for row in rows} >= {"'=1+1", "'@SUM(A1)", "怎么退货？"}
    assert rows[0] | {"text": ""} == {"conversation": "6", "speaker": "user", "text": "", "part": "train", "file": "", "line": ""}


def test_parquet_holds_messages_and_where_they_come_from(admin, address):
    table = pq.read_table(io.BytesIO(admin.get(f"{address}/versions/1/export.parquet").data)).to_pylist()
    assert table[1] == {
        "id": 2,
        "messages": [{"role": "user", "content": "Do you ship to Norway?"}, {"role": "assistant", "content": "Yes, in five days."}],
        "part": "train",
        "file": "talks.jsonl",
        "line": 2,
    }
    assert admin.get(f"{address}/versions/1/export.exe").status_code == 404


def test_rows_that_are_gone_from_the_disk_are_announced(house, admin, address):
    for path in version_files.folder(house.settings.home, only(house).id, 1).iterdir():
        path.unlink()
    for page in ("rows", "versions", "versions/1/export.csv"):
        answer = admin.get(f"{address}/{page}")
        assert "gone from the disk" in answer.text or page == "versions"
    with pytest.raises(DataError):
        saving.save(house, only(house), drafts.load(house, only(house)).token, "", Shares(0.1))


def test_datasets_are_merged_and_every_row_keeps_its_origin(house, admin, address):
    other = upload(admin, CHAT.replace(b"No.", b"Maybe."), "more.jsonl").location
    ids = [each.rsplit("/", 1)[1] for each in (address, other)]
    page = admin.get(f"/admin/data/merge?with={ids[0]}&with={ids[1]}").text
    assert "Together they have 10 rows." in page and "4 rows repeat an earlier one." in page and "again in “more”" in page
    merged = admin.post("/admin/data/merge", **{"with": ids, "name": "both", "drop": "yes"}).location
    assert "Merged from “talks” (1), “more” (1)" in admin.get(merged).text
    page = admin.get(f"{merged}/rows").text
    assert "6 rows" in page and "talks.jsonl, line 5" in page and "more.jsonl, line 5" in page and "more.jsonl, line 1<" not in page
    whole = admin.post("/admin/data/merge", **{"with": ids, "name": "all"}).location
    assert "10 rows" in admin.get(f"{whole}/rows").text
    admin.get(merged)
    assert admin.post(f"{merged}/prepare", style="chat").status_code == 303
    assert "Ready to train" in admin.get(merged).text


def test_a_merged_dataset_is_not_read_anew_from_a_file_that_knows_no_origins(house, admin, address):
    other = upload(admin, CHAT.replace(b"No.", b"Maybe."), "more.jsonl").location
    ids = [each.rsplit("/", 1)[1] for each in (address, other)]
    merged = admin.post("/admin/data/merge", **{"with": ids, "name": "both"}).location
    page = admin.get(merged).text
    assert "This dataset was merged from others." in page and f"{merged}/mapping" not in page and f"{address}/mapping" in admin.get(address).text
    for step, form in (("mapping", {}), ("first-speaker", {"side": "bot"})):
        assert admin.post(f"{merged}/{step}", **form).location == merged
        assert "merge them again" in admin.get(merged).text and "more.jsonl, line 5" in admin.get(f"{merged}/rows").text


def test_who_reads_an_edited_dataset_anew_is_told_where_the_changes_stay(house, admin, address):
    assert "What was changed in the rows" not in admin.get(f"{address}/mapping").text
    admin.post(f"{address}/rows/1", action="delete", seen=mark(house, 1))
    save(admin, address)
    assert "It stays in version 2;" in admin.get(f"{address}/mapping").text


@pytest.mark.parametrize("chosen", [[], ["nobody"]])
def test_one_dataset_cannot_be_merged(admin, chosen):
    answer = admin.post("/admin/data/merge", page="/admin/data", **{"with": chosen})
    assert "Choose at least two datasets." in admin.get(answer.location).text


def test_many_rows_are_rewritten_in_a_process_of_their_own(house, admin, address, monkeypatch):
    tasks: list[str] = []
    real = aside.result
    monkeypatch.setattr(rewriting, "FEW", 0)
    monkeypatch.setattr(aside, "result", lambda place, task, *more: tasks.append(task.split(":")[1]) or real(place, task, *more))
    edited(house, admin, address)
    assert save(admin, address, validation="10", test="20").status_code == 303
    assert list(texts(house)) == [6, 1, 2, 4, 5] and versions.newest(house, only(house)).number == 2
    other = upload(admin, CHAT.replace(b"No.", b"Maybe."), "more.jsonl").location
    ids = [each.rsplit("/", 1)[1] for each in (address, other)]
    assert "repeat an earlier one." in admin.get(f"/admin/data/merge?with={ids[0]}&with={ids[1]}").text
    merged = admin.post("/admin/data/merge", **{"with": ids, "name": "both", "drop": "yes"}).location
    page = admin.get(f"{merged}/rows").text
    assert "talks.jsonl, line 5" in page and "more.jsonl, line 5" in page and "New?" in page and "written here" in page
    assert tasks == ["change", "look", "merge"]
    assert [path for path in (house.settings.home / "datasets").rglob("*") if "rewriting" in path.name or path.suffix == ".part"] == []


def test_rewriting_that_takes_too_much_leaves_everything_as_it_was(house, admin, address, monkeypatch):
    monkeypatch.setattr(rewriting, "FEW", 0)
    monkeypatch.setattr(house, "settings", replace(house.settings, reading_minutes=0))
    edited(house, admin, address)
    assert "This takes more than" in admin.get(save(admin, address).location).text
    assert versions.newest(house, only(house)).number == 1 and not version_files.folder(house.settings.home, only(house).id, 2).exists()
