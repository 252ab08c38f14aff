"""How a file is read: the page shows what was found out, every choice at once, and keeps what a person decides."""

from __future__ import annotations

import re

import pytest

from chatbot.store import datasets
from tests.data.fixtures import content_of
from tests.web.studio import upload


@pytest.fixture
def table(admin) -> str:
    return upload(admin, content_of("questions.de.csv"), "questions.de.csv").location


def bubbles(page: str) -> list[tuple[str, str]]:
    return re.findall(r'class="bubble (\w+)">.*?<p>(.*?)</p>', page, re.S)


def test_what_was_found_out_is_shown_with_the_first_dialogues(admin, table):
    page = admin.get(f"{table}/mapping").text
    assert "a question and its answer" in page and 'name="encoding"' not in page
    assert bubbles(page)[:2] == [("user", "Wann haben Sie geöffnet?"), ("assistant", "Montag bis Freitag, neun bis sechs.")]


def test_a_choice_is_shown_before_it_is_kept(house, admin, table):
    choice = {"layout": "question", "question-question": "Antwort", "question-answer": "Frage"}
    page = admin.post(f"{table}/mapping/preview", **choice).text
    assert bubbles(page)[0] == ("user", "Montag bis Freitag, neun bis sechs.")
    assert re.search(r'id="question-question".*?<option value="Antwort" selected', page, re.S)
    assert bubbles(admin.get(table).text)[0] == ("user", "Wann haben Sie geöffnet?")
    assert admin.post(f"{table}/mapping", **choice).location == table
    assert bubbles(admin.get(table).text)[0] == ("user", "Montag bis Freitag, neun bis sechs.")
    assert datasets.every(house.store)[0].report["mapping"] == {"question": "Antwort", "answer": "Frage"}
    assert re.search(r'id="layout-question"[^>]*checked', admin.get(f"{table}/mapping").text)


def test_what_cannot_be_read_is_said_and_cannot_be_kept(admin):
    address = upload(admin, content_of("wechat.txt"), "wechat.txt").location
    page = admin.post(f"{address}/mapping/preview", bots=["小李", "湖边民宿客服"]).text
    assert "callout bad" in page and re.search(r"<button[^>]*disabled[^>]*>Read it like this", page)


def test_the_bot_is_chosen_among_the_speakers(admin):
    address = upload(admin, content_of("wechat.txt"), "wechat.txt").location
    page = admin.get(f"{address}/mapping").text
    assert re.search(r'name="bots" value="湖边民宿客服" checked', page) and 'value="小李" >' in page
    assert bubbles(admin.post(f"{address}/mapping/preview", bots="小李").text)[0] == ("user", "您好，在的")


def test_an_encoding_that_was_guessed_wrong_is_chosen_by_its_words(admin):
    korean = "question,answer\n몇 시에 여나요?,아홉 시에 엽니다.\n주차할 수 있나요?,네 무료입니다.\n".encode("cp949")
    address = upload(admin, korean, "k.csv").location
    page = admin.get(f"{address}/mapping").text
    assert "callout warn" in page and re.search(r'value="cp949"[^>]*><span><strong>CP949</strong><span class="words">몇 시에', page)
    admin.post(f"{address}/mapping", encoding="cp949")
    assert bubbles(admin.get(address).text)[0] == ("user", "몇 시에 여나요?")
    assert "callout warn" not in admin.get(address).text


@pytest.mark.parametrize("form", [{"encoding": "rot13"}, {"first_speaker": "nobody"}])
def test_choices_that_are_not_offered_are_refused(admin, table, form):
    assert admin.post(f"{table}/mapping", **form).status_code == 400


def test_only_admins_may_look(admin, table, staff):
    assert staff.get(f"{table}/mapping").status_code == 403
    assert admin.get("/admin/data/0000/mapping").status_code == 404


def test_the_file_chooser_offers_what_can_be_read(admin):
    assert 'accept=".xlsx,.xlsm,.parquet,.csv' in admin.get("/admin/data").text


@pytest.mark.parametrize("name", ["bomb.yml", "locked.xlsx", "cut.zip", "silent.csv"])
def test_of_what_cannot_be_read_nothing_is_kept(house, admin, name):
    content = {
        "bomb.yml": b"a: &a [x]\nb: [*a]\n",
        "locked.xlsx": b"\xd0\xcf\x11\xe0" + b"\0" * 600,
        "cut.zip": content_of("rasa.zip")[:500],
        "silent.csv": b"role,text\nuser,hello\nuser,anybody?\n",
    }[name]
    response = upload(admin, content, name)
    assert response.status_code == 422 and name in response.text
    assert datasets.every(house.store) == [] and not list((house.settings.home / "datasets").glob("*/*"))
