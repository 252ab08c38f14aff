"""The rows of a dataset: found, edited, split, deleted, brought back, added; every step undone; nothing overwritten."""

from __future__ import annotations

import json
import re

import pytest

from chatbot.flows import datasets as dataset_story
from chatbot.flows import rows as story
from chatbot.store import dataset_versions, datasets
from tests.web.studio import upload

TALKS = [
    [("user", "Hello, my order is late."), ("assistant", "Sorry! Which number?"), ("user", "1002"), ("assistant", "It comes on Friday.")],
    [("user", "Do you ship to Norway?"), ("assistant", "Yes, in five days.")],
    [("user", "Können Sie helfen?"), ("assistant", "Gern.")],
    [("user", "怎么退货？"), ("assistant", "请在十四天内退货。")],
    [("user", "Do you ship to Norway?"), ("assistant", "No.")],
]
CHAT = "".join(
    json.dumps({"messages": [{"role": role, "content": text} for role, text in talk]}, ensure_ascii=False) + "\n" for talk in TALKS
).encode()


@pytest.fixture
def address(admin) -> str:
    return upload(admin, CHAT, "talks.jsonl").location


def only(house):
    return datasets.every(house.store)[0]


def texts(house, **query) -> dict[int, list[str]]:
    """What is said in each row that a page shows."""
    return {row.id: [turn.text for turn in row.turns] for row in story.page(house, only(house), **query).rows if row.state != "deleted"}


def mark(house, row: int) -> str:
    return story.find(house, only(house), [row])[1][0].mark


def say(admin, address: str, row: int, seen: str, *said: tuple[str, str], action: str = "save"):
    """Send the form of a row."""
    form = {"seen": seen, "action": action, "role": [role for role, _ in said], "text": [text for _, text in said]}
    return admin.post(f"{address}/rows/{row}", **form, place=[str(place) for place in range(len(said))])


def bar(admin, address: str) -> str:
    return re.search(r'name="token" value="([^"]*)"', admin.get(f"{address}/rows").text)[1]


def test_every_row_says_where_it_came_from(admin, address):
    page = admin.get(f"{address}/rows").text
    assert "Do you ship to Norway?" in page and "talks.jsonl, line 2" in page
    assert page.count("another row answers the same differently</span>") == 2


@pytest.mark.parametrize(
    "query, found",
    [({"text": "NORWAY"}, {2, 5}), ({"text": "KÖNNEN"}, {3}), ({"text": "退货"}, {4}), ({"text": "no such words"}, set()),
     ({"show": "contradicts"}, {2, 5}), ({"show": "edited"}, set()), ({"text": "norway", "show": "train"}, {2, 5})],
)  # fmt: skip
def test_rows_are_found_by_their_texts_and_by_what_is_known_of_them(house, address, query, found):
    assert set(texts(house, **query)) == found


def test_a_message_is_edited_and_the_step_is_undone_and_done_again(house, admin, address):
    say(admin, address, 2, mark(house, 2), ("user", "Do you ship to Norway?"), ("assistant", "Yes, in four days."))
    assert texts(house)[2][1] == "Yes, in four days."
    assert set(texts(house, text="four days")) == {2} and set(texts(house, show="edited")) == {2}
    assert "edited just now" in admin.get(f"{address}/rows").text
    admin.post(f"{address}/rows/undo", token=bar(admin, address))
    assert texts(house)[2][1] == "Yes, in five days."
    admin.post(f"{address}/rows/redo", token=bar(admin, address))
    assert texts(house)[2][1] == "Yes, in four days."


def test_saying_the_same_again_is_no_step(house, admin, address):
    say(admin, address, 2, mark(house, 2), ("user", "Do you ship to Norway?"), ("assistant", "Yes, in five days."))
    assert dataset_versions.steps(house.store, only(house).id) == []


def test_a_conversation_is_split_in_two_and_both_know_their_origin(house, admin, address):
    say(admin, address, 1, mark(house, 1), *TALKS[0], action="split-2")
    assert list(texts(house))[:2] == [1, 6] and texts(house)[6] == ["1002", "It comes on Friday."]
    assert "split off row 1" in admin.get(f"{address}/rows").text
    admin.post(f"{address}/rows/undo", token=bar(admin, address))
    assert list(texts(house)) == [1, 2, 3, 4, 5] and len(texts(house)[1]) == 4


def test_a_row_is_deleted_and_brought_back_as_it_was_last(house, admin, address):
    say(admin, address, 3, mark(house, 3), ("user", "Können Sie helfen?"), ("assistant", "Sehr gern."))
    admin.post(f"{address}/rows/3", action="delete", seen=mark(house, 3))
    assert 3 not in texts(house)
    assert "Bring back" in admin.get(f"{address}/rows?show=deleted").text
    admin.post(f"{address}/rows/3", action="restore")
    assert texts(house)[3] == ["Können Sie helfen?", "Sehr gern."]


def test_a_row_is_added_in_front(house, admin, address):
    admin.post(f"{address}/rows", role=["user", "assistant"], text=["New?", "Yes."], place=["", ""])
    assert list(texts(house))[0] == 6 and texts(house, text="new?") == {6: ["New?", "Yes."]}


@pytest.mark.parametrize("said", [[("user", "only me")], [("user", " "), ("assistant", "a")], [("assistant", "a"), ("user", "b")]])
def test_what_nothing_can_be_learned_from_is_refused_with_a_sentence(house, admin, address, said):
    answer = say(admin, address, 2, mark(house, 2), *said)
    assert "cannot be learned from" in admin.get(answer.location).text
    assert texts(house)[2] == ["Do you ship to Norway?", "Yes, in five days."]


def test_the_other_fields_of_a_message_stay(house, admin):
    line = {"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b", "weight": 0}, {"role": "user", "content": "c"},
                         {"role": "assistant", "content": "d"}], "tools": []}  # fmt: skip
    address = upload(admin, json.dumps(line).encode() + b"\n", "weights.jsonl").location
    say(admin, address, 1, mark(house, 1), ("user", "a"), ("assistant", "B"), ("user", "c"), ("assistant", "d"))
    change = dataset_versions.steps(house.store, only(house).id)[0].changes[0]
    assert change["record"]["messages"][1] == {"role": "assistant", "content": "B", "weight": 0}


def test_two_tabs_do_not_overwrite_each_other(house, admin, address):
    seen, token = mark(house, 2), bar(admin, address)
    say(admin, address, 2, seen, ("user", "Do you ship to Norway?"), ("assistant", "The first tab."))
    late = say(admin, address, 2, seen, ("user", "Do you ship to Norway?"), ("assistant", "The second tab."))
    assert "in the meantime" in admin.get(late.location).text
    assert texts(house)[2][1] == "The first tab."
    undone = admin.post(f"{address}/rows/undo", token=token)
    assert "in the meantime" in admin.get(undone.location).text and texts(house)[2][1] == "The first tab."
    other_row = say(admin, address, 3, mark(house, 3), ("user", "Können Sie helfen?"), ("assistant", "Ja."))
    assert "in the meantime" not in admin.get(other_row.location).text and texts(house)[3][1] == "Ja."


def test_a_script_gets_the_rows_that_changed(house, admin, address):
    admin.get(f"{address}/rows")
    headers = {"X-CSRFToken": admin.token, "Accept": "application/json", "Sec-Fetch-Dest": "empty"}
    answer = admin.client.post(f"{address}/rows/2", data={"action": "delete", "seen": mark(house, 2)}, headers=headers).json
    assert set(answer["rows"]) == {"2"} and "Bring back" in answer["rows"]["2"]["html"] and "1 change not saved" in answer["bar"]
    late = admin.client.post(f"{address}/rows/2", data={"action": "delete", "seen": "abc"}, headers=headers)
    assert late.status_code == 409 and "in the meantime" in late.json["error"]["message"]


def test_pairs_stay_pairs(house, admin):
    address = upload(admin, b'prompt,completion\n"What is it ->"," Tea END"\n"And this ->"," Milk END"\n', "pairs.csv").location
    say(admin, address, 1, mark(house, 1), ("user", "What is it ->"), ("assistant", " Coffee END"))
    assert dataset_versions.steps(house.store, only(house).id)[0].changes[0]["record"] == {"prompt": "What is it ->", "completion": " Coffee END"}


def test_a_dataset_of_an_earlier_release_gets_its_first_version_when_it_is_looked_at(house, admin, address):
    with house.store.write() as session:
        session.delete(session.get_one(dataset_versions.DatasetVersion, 1))
    assert list(texts(house)) == [1, 2, 3, 4, 5]
    assert dataset_versions.newest(house.store, only(house).id).number == 1


def test_only_admins_may_look_at_rows(staff, browser, address):
    assert staff.get(f"{address}/rows").status_code == 403 and staff.get(f"{address}/versions").status_code == 403
    assert browser.get(f"{address}/rows").status_code == 303
    assert staff.post(f"{address}/rows/1", page="/console", action="delete", seen="").status_code == 403


def test_addresses_that_lead_nowhere(admin, address):
    for path in ("rows/99", f"rows/{10**30}", "rows/x", f"versions/{10**30}/export.csv", f"versions/difference?a={10**30}"):
        assert admin.get(f"{address}/{path}").status_code == 404, path
    assert admin.get(f"{address}/rows?page={10**30}&show=nonsense&edit={10**30}").status_code == 200
    assert admin.post(f"{address}/rows/1", page=f"{address}/rows", action="split-" + "9" * 5000).status_code == 400
    assert admin.get("/admin/data/nothing/rows").status_code == 404


def test_rows_are_gone_with_the_dataset(house, admin, address):
    admin.post(f"{address}/delete")
    assert admin.get(f"{address}/rows").status_code == 404
    assert not list((house.settings.home / "datasets").glob("*/versions"))
    assert dataset_story.datasets.every(house.store) == []
