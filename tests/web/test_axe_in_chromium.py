"""axe-core looks at every page there is, and at what opens on them: in English by day and in 中文 at night.

Pages are found by asking the site for its addresses, so a new page is looked at without being named here."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from chatbot.store import blind, conversations, handovers, shares, users
from chatbot.store.works import batches, evaluations
from chatbot.web.auth import setup_link
from tests.web.fakes import FakeModel
from tests.web.live import chrome, serve  # noqa: F401
from tests.web.studio import engine, prepared, train, wait_for  # noqa: F401

VENDOR = Path(__file__).parent.parent / "vendor"
AXE = next(VENDOR.glob("axe-*.min.js"))
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
ANSWER = (Path(__file__).parent / "answer.md").read_text("utf-8")
PLACE = r"<(?:[^<>:]+:)?(\w+)>"
EVALUATION = {
    "name": "questions.jsonl",
    "sha256": "0" * 64,
    "model": "smollm2-135m-instruct",
    "rows": [{"question": "When?", "answer": "At nine.", "must": ["nine"]}],
    "marks": {"base": []},
    "figures": {},
}
NIGHT_AND_DAY = [("en-US", "light"), ("zh-CN", "dark")]


@pytest.mark.parametrize("vendor", [VENDOR, VENDOR.parent.parent / "static" / "vendor"])
def test_libraries_of_others_are_what_the_list_says(vendor):
    listed = dict(re.findall(r"^\| `([^`]+)`.*\| `([0-9a-f]{64})` \|", (vendor / "README.md").read_text(), re.M))
    assert listed == {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in vendor.glob("*.js")}


@pytest.fixture
def talk(house, admin) -> str:
    """A conversation of the admin's with everything in it."""
    user = users.by_email(house.store, "admin@example.com")
    owner = conversations.Owner(user_id=user.id)
    talk = conversations.create(house.store, owner).id
    asked = conversations.add_message(house.store, talk, "user", "What is breadth-first search?")
    sources = [{"question": "BFS?", "answer": "Level by level.", "source": "dsa.csv:3", "score": 0.9}]
    more = {"parent_id": asked.id, "finish_reason": "length", "sources": sources}
    told = conversations.add_message(house.store, talk, "assistant", ANSWER, **more)
    conversations.add_message(house.store, talk, "person", "I can add to that.", parent_id=told.id, author_id=user.id)
    handovers.ask(house.store, talk, "More, please")
    return talk


@pytest.fixture
def values(house, admin, engine, talk) -> dict[str, str]:  # noqa: F811
    """Something for every `<name>` in the site's addresses."""
    dataset = prepared(admin)
    job = train(admin, dataset, suffix="axe").location
    wait_for(admin, job, "succeeded")
    models = ["smollm2-135m-instruct", "another"]
    return {
        "conversation_id": talk,
        "dataset_id": dataset.rsplit("/", 1)[1],
        "job_id": job.rsplit("/", 1)[1],
        "batch_id": batches.add(house.store, name="Batch", models=models, rows=[{"question": "What is a stack?", "answers": {}}]).id,
        "evaluation_id": evaluations.add(house.store, status="stopped", **EVALUATION).id,
        "test_id": str(blind.add(house.store, models).id),
        "/s/<token>": shares.share(house.store, talk, conversations.messages(house.store, talk)[-1].id),
        "/invite/<token>": users.invite(house.store, "staff", "kim@example.com"),
        "/set-up/<token>": "used",
        **dict.fromkeys(("row", "number", "version"), "1"),
        **{"token": "none", "form": "csv", "kind": "md", "name": "original", "filename": "none"},
    }


@pytest.fixture
def visit(app: Flask, house, chrome: Browser) -> Iterator:  # noqa: F811
    """Opens a window of this language and theme in front of the site, for an admin or a visitor."""
    with serve(app) as address:
        contexts = []

        def open_window(locale: str, scheme: str, admin: bool = True) -> Page:
            context = chrome.new_context(base_url=address, locale=locale, color_scheme=scheme, reduced_motion="reduce", bypass_csp=True)
            context.add_init_script(path=AXE)
            contexts.append(context)
            if admin:
                sid = users.open_session(house.store, users.by_email(house.store, "admin@example.com").id)
                context.add_cookies([{"name": "sid", "value": sid, "url": address}])
            return context.new_page()

        yield open_window
        for context in contexts:
            context.close()


def findings(page: Page, where: str) -> list[str]:
    """What axe finds: page, rule, and the first elements."""
    found = page.evaluate("(tags) => axe.run({runOnly: tags, resultTypes: ['violations']})", RULES)["violations"]
    return [f"{where}: {each['id']}: {each['help']}: {[node['html'][:160] for node in each['nodes'][:3]]}" for each in found]


def addresses(app: Flask, values: dict[str, str]) -> list[str]:
    """The address of every page that an admin can open. An address with a value nobody named is an error here."""
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in rule.methods and rule.endpoint != "static"]
    paths = [re.sub(PLACE, lambda name: values.get(rule.rule) or values.get(name[1], name[0]), rule.rule) for rule in rules]
    assert [path for path in paths if "<" in path] == [], "give `values` something for it"
    return sorted(paths)


def test_every_page_of_the_site(app, admin, values, visit):
    pages = [path for path in addresses(app, values) if admin.get(path).mimetype == "text/html"]
    found = []
    for locale, scheme in NIGHT_AND_DAY:
        page = visit(locale, scheme)
        page.set_viewport_size({"width": 1280, "height": 3000})  # no button half under a bar that stays at the bottom
        for path in pages:
            page.goto(path)
            found += findings(page, path)
        expect(page.locator("html")).to_have_attribute("lang", locale[:2])
    assert found == [] and len(pages) > 10


@pytest.mark.parametrize("locale, scheme", NIGHT_AND_DAY)
def test_what_opens_in_the_chat(talk, visit, locale, scheme):
    page = visit(locale, scheme)
    page.goto(f"/c/{talk}")
    found = []
    for open_it, close_it in [
        (".message.assistant [data-act=sources]", ""),
        (".message.assistant [data-verdict=down]", ".opinion [data-cancel]"),
        (".message.user [data-act=edit]", ".edit [data-cancel]"),
        (".talk-more", ""),
        ("[data-share]", "#share [data-do=close]"),
        ("#show-keys", "#keys button"),
    ]:
        page.locator(open_it).click(force=True)
        page.wait_for_timeout(50)
        found += findings(page, open_it)
        if close_it:
            page.locator(close_it).click()
    page.set_viewport_size({"width": 360, "height": 740})
    page.locator(".menu-button").click()
    found += findings(page, "the drawer on a phone")
    assert found == []


@pytest.mark.parametrize("locale, scheme", NIGHT_AND_DAY)
def test_what_people_without_an_account_see(house, visit, locale, scheme):
    page = visit(locale, scheme, admin=False)
    house.client = FakeModel()
    house.client.enqueue("Yes.")
    page.goto("/")
    found = findings(page, "welcome")
    page.locator("#ask-person").click()
    found += findings(page, "asking for a person")
    page.keyboard.press("Escape")
    page.locator(".opening").first.click()
    expect(page.locator(".message.assistant")).to_contain_text("Yes.")
    found += findings(page, "an answer")
    for path in ("/sign-in", "/nothing", setup_link(house).removeprefix("http://127.0.0.1:5000")):
        page.goto(path)
        found += findings(page, path)
    assert found == []
