"""The page about personal data, and what the questions make of its choices."""

from __future__ import annotations

import html
import json
import re

import pytest

from chatbot.flows import masking
from tests.web.studio import upload

OWN = "Call us: 800-555-0199."
TALKS = [(f"My name is Ann{'abcdef'[n]} Lee, a{n}@x.io", OWN) for n in range(6)] + [("Serial 4111 1111 1111 1112", "Hm, the IP is 203.0.113.42.")]


def lines() -> bytes:
    records = ({"messages": [{"role": "user", "content": asked}, {"role": "assistant", "content": said}]} for asked, said in TALKS)
    return "".join(json.dumps(record) + "\n" for record in records).encode()


@pytest.fixture
def dataset(admin) -> str:
    return upload(admin, lines(), "talks.jsonl").location


def section(page: str, id: str) -> str:
    return re.search(rf'id="{id}">.*?</section>', page, re.S)[0]


def test_what_is_found_is_shown_by_kind_with_lines(admin, dataset):
    page = admin.get(f"{dataset}/masking").text
    assert "found: 6, different: 6, rows: 6" in section(page, "found")
    assert "<mark>Anna Lee</mark>" in page and "talks.jsonl:1" in page
    assert "<mark>4111 1111 1111 1112</mark>" in section(page, "near")
    assert 'name="own" value="800-555-0199"' in section(page, "stays")


def test_choices_hold_for_the_questions_and_for_what_is_written(house, admin, dataset):
    kinds = ["EMAIL", "PHONE", "NAME"]
    assert admin.post(f"{dataset}/masking", kind=kinds, keep="Annb Lee\r\n\r\n", own="800-555-0199", style="chat").status_code == 303
    assert masking.choices(house)["keep"] == ["Annb Lee", "800-555-0199"]
    page = admin.get(f"{dataset}/masking").text
    assert 'value="IP" checked' not in page and 'value="NAME" checked' in page and 'name="own"' not in page
    admin.post(f"{dataset}/prepare", style="chat")
    written = admin.get(f"{dataset}/file/talks_prepared.jsonl").text
    assert "My name is [NAME_1], [EMAIL_1]" in written and "My name is Annb Lee, [EMAIL_1]" in written
    assert OWN in written and "203.0.113.42" in written


def test_a_prepared_dataset_shows_what_will_be_learned(admin, dataset):
    assert "What was read" in admin.get(dataset).text and "My name is Anna Lee, a0@x.io" in admin.get(dataset).text
    admin.post(f"{dataset}/prepare", style="chat")
    page = admin.get(dataset).text
    assert "What it will learn from" in page and "My name is [NAME_1], [EMAIL_1]" in page and "Anna Lee" not in page
    assert "learned.jsonl" not in page
    admin.post(f"{dataset}/prepare", style="chat", **{"answer-personal-data": "no"})
    assert "My name is Anna Lee" in admin.get(dataset).text


def test_a_no_leaves_personal_data_and_masks_own_contacts(admin, dataset):
    admin.post(f"{dataset}/prepare", style="chat", **{"answer-personal-data": "no", "answer-own-contacts": "no"})
    written = admin.get(f"{dataset}/file/talks_prepared.jsonl").text
    assert "Call us: [PHONE_1]." in written and "My name is Anna Lee, a0@x.io" in written


def test_the_page_knows_what_every_answer_results_in(admin, dataset):
    page = admin.get(f"{dataset}/prepare").text
    groups = json.loads(html.unescape(re.search(r"data-groups='([^']*)'", page)[1]))
    assert sum(n for n, _, _ in groups) == len(TALKS)
    assert groups == [[6, [], ["personal-data", "-own-contacts"]], [1, [], ["personal-data"]]]
    assert "With Yes to everything 7 of 7 rows stay, 7 of them changed." in page


def test_completions_are_asked_too(admin, dataset):
    pairs = "".join(json.dumps({"prompt": asked, "completion": said}) + "\n" for asked, said in TALKS).encode()
    address = upload(admin, pairs, "pairs.jsonl").location
    assert "Mask personal data (7)" in admin.get(f"{address}/prepare?style=completions").text
    assert "<mark>Anna Lee</mark>" in admin.get(f"{address}/masking?style=completions").text


def test_only_admins_may_choose(staff, dataset):
    assert staff.get(f"{dataset}/masking").status_code == 403
    assert staff.post(f"{dataset}/masking", kind="NAME").status_code == 403
