"""Who may call what, what every response says, and where writes may come from."""

from __future__ import annotations

import re
import stat
from html.parser import HTMLParser

import pytest
from flask import Flask
from werkzeug.exceptions import Forbidden, Unauthorized

from chatbot.store import options, users
from chatbot.web.security import CSP, HEADERS, SESSION_COOKIE, secret_key

ROLES = (None, "staff", "admin")
MAY = {"anyone": ROLES, "visitor": ROLES, "staff": ("staff", "admin"), "admin": ("admin",)}


def calls(app: Flask):
    """Every endpoint once with each method it takes: (policy, method, path)."""
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        path = adapter.build(rule.endpoint, {name: "1" for name in rule.arguments})
        for method in rule.methods - {"OPTIONS", "HEAD"}:
            yield getattr(app.view_functions[rule.endpoint], "policy", None), method, path


def let_in(app: Flask, sid: str | None, method: str, path: str) -> bool:
    """Whether the hooks in front of the views let a call pass; the view itself is not run."""
    headers = {"Accept": "text/html"} | ({"Cookie": f"{SESSION_COOKIE}={sid}"} if sid else {})
    with app.test_request_context(path, method=method, headers=headers):
        try:
            return app.preprocess_request() is None
        except (Forbidden, Unauthorized):
            return False


@pytest.fixture
def sids(house, person) -> dict[str | None, str | None]:
    return {None: None} | {role: users.open_session(house.store, person(role).id) for role in ("staff", "admin")}


def test_every_view_says_who_may_call_it(app):
    assert [path for policy, _, path in calls(app) if policy not in MAY] == []


def test_the_studio_is_for_admins_and_the_console_for_staff(app):
    for policy, _, path in calls(app):
        if path.startswith("/admin"):
            assert policy == "admin", path
        if path.startswith("/console"):
            assert policy in ("staff", "admin"), path  # who wins a blind test is for admins


def test_every_route_for_every_role(app, sids):
    app.config["WTF_CSRF_ENABLED"] = False
    for policy, method, path in calls(app):
        for role in ROLES:
            assert let_in(app, sids[role], method, path) == (role in MAY[policy]), (policy, method, path, role)


def test_numbers_that_no_database_takes_are_refused(app, sids):
    app.config["WTF_CSRF_ENABLED"] = False
    browser = app.test_client()
    browser.set_cookie(SESSION_COOKIE, sids["admin"])
    for rule in app.url_map.iter_rules():
        path = re.sub("<[^>]*>", "1", re.sub("<int[^>]*>", str(10**30), rule.rule))
        for method in rule.methods - {"OPTIONS", "HEAD"} if "<int" in rule.rule else ():
            assert browser.open(path, method=method).status_code in (404, 405), path
    talk = f"/chat/conversations/{browser.post('/chat/conversations').json['id']}"
    assert browser.get(f"{talk}/news?after={10**30}").json["messages"] == []
    assert browser.get(f"/chat/conversations?skip={10**30}").status_code == 200
    assert browser.put(f"{talk}/share", json={"until": 10**30}).status_code == 404


def test_a_view_without_a_policy_is_refused_even_to_an_admin(app, sids):
    app.add_url_rule("/forgotten", "forgotten", lambda: "secret")
    assert not let_in(app, sids["admin"], "GET", "/forgotten")


def test_visitors_can_be_kept_out(app, house, sids):
    options.put(house.store, "visitors", False)
    assert not let_in(app, None, "GET", "/")
    assert let_in(app, sids["staff"], "GET", "/")


def test_a_stranger_is_led_to_the_sign_in_page_and_a_script_told(browser):
    assert browser.get("/admin/people?x=1").location == "/sign-in?next=/admin/people?x%3D1"
    answer = browser.client.get("/admin/people", headers={"Accept": "application/json"})
    assert answer.status_code == 401 and answer.json["error"]["message"]


def test_staff_see_a_page_that_says_they_may_not(staff):
    answer = staff.get("/admin/people")
    assert answer.status_code == 403 and "ask an admin" in answer.text


# Headers and markup


class Markup(HTMLParser):
    """Collects what the content security policy would block."""

    def __init__(self, page: str):
        super().__init__()
        self.blocked: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        names = dict(attrs)
        if tag == "style" or (tag == "script" and "src" not in names):
            self.blocked.append(tag)
        self.blocked += [f"{tag} {name}" for name in names if name == "style" or name.startswith("on")]
        self.blocked += [f"{tag} {value}" for value in names.values() if value and value.strip().startswith("javascript:")]


def pages(app: Flask) -> list[str]:
    return [path for _, method, path in calls(app) if method == "GET" and not path.startswith("/static")]


def test_every_page_carries_the_policy_and_nothing_it_would_block(app, house, browser, admin):
    link = f"/invite/{users.invite(house.store, 'staff', 'new@example.com')}"
    for visitor, paths in ((browser, ["/sign-in", link, "/", "/nothing"]), (admin, pages(app))):
        for path in paths:
            answer = visitor.get(path)
            assert answer.status_code < 500, path
            if path.split("/")[1:][-1].startswith("widget"):
                continue  # made to be shown by other sites: test_widget.py
            assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS, path
            if answer.mimetype == "text/html":
                assert Markup(answer.text).blocked == [], path


def test_the_policy_allows_our_own_files_only():
    rules = dict(rule.split(" ", 1) for rule in CSP.split("; "))
    assert rules.pop("img-src") == "'self' data:"
    assert set(rules.values()) == {"'none'", "'self'"} and rules["script-src"] == "'self'"
    assert rules["default-src"] == rules["base-uri"] == rules["frame-ancestors"] == "'none'"


def test_private_pages_are_not_kept_and_files_are(admin):
    assert admin.get("/admin/people").headers["Cache-Control"] == "no-store"
    assert admin.get("/static/css/base.css").headers["Cache-Control"] == "no-cache"


# Writes


def test_a_write_without_a_token_is_refused(admin, house):
    answer = admin.client.post("/admin/people", data={"action": "invite", "email": "x@example.com", "role": "admin"})
    assert answer.status_code == 400 and users.open_invites(house.store) == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://["},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://localhost"},
    ],
)
def test_a_write_from_elsewhere_is_refused_even_with_a_token(admin, house, headers):
    admin.get("/admin/people")
    form = {"csrf_token": admin.token, "action": "invite", "email": "x@example.com", "role": "admin"}
    answer = admin.client.post("/admin/people", data=form, headers=headers)
    assert answer.status_code == 403 and users.open_invites(house.store) == []


def test_a_script_sends_the_token_in_a_header(browser):
    browser.get("/")
    answer = browser.client.post("/chat/conversations", json={}, headers={"X-CSRFToken": browser.token})
    assert answer.status_code == 201


def test_a_name_we_do_not_answer_to_is_refused(app):
    for path in ("/sign-in", "/nothing", "/v1/models"):
        answer = app.test_client().get(path, headers={"Host": "evil.example"})
        assert answer.status_code == 400 and "TRUSTED_HOSTS" in answer.text


def test_an_ipv6_address_is_a_name_too(app):
    assert app.test_client().get("/sign-in", headers={"Host": "[::1]:5000"}).status_code == 200
    assert app.test_client().get("/v1/models", headers={"Host": "[::1]:5000"}).status_code == 401


def test_a_large_body_is_refused_before_it_is_read_and_only_uploads_may_be_larger(app, browser, admin):
    browser.get("/sign-in")
    answer = browser.post("/sign-in", email="a" * 1_100_000)
    assert answer.status_code == 413
    assert app.view_functions["data.upload"].upload and not app.view_functions["people.act"].upload


def test_the_secret_key_is_made_once_and_for_our_eyes_only(tmp_path):
    first = secret_key(tmp_path)
    assert len(first) == 64 and secret_key(tmp_path) == first
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]


# Errors


def test_what_is_not_there_is_said_kindly_and_to_scripts_in_json(browser):
    page = browser.get("/nothing")
    assert page.status_code == 404 and "Nothing grows here" in page.text
    assert browser.client.get("/nothing", headers={"Accept": "application/json"}).json["error"]["message"]


def test_a_broken_view_shows_nothing_of_its_inside(app, admin):
    def broken():
        raise RuntimeError("the secret detail")

    broken.policy = "admin"
    app.add_url_rule("/broken", "broken", broken)
    app.testing = False
    page = admin.get("/broken")
    assert page.status_code == 500 and "Nothing you saved is lost" in page.text and "secret detail" not in page.text




def test_a_broken_database_lets_nobody_in_and_is_said(app, house, admin):
    class Broken:
        def __getattr__(self, name):
            raise OSError("no database")

    house.__dict__["store"] = Broken()
    app.testing = False
    for path in ("/admin/people", "/", "/sign-in"):
        page = admin.get(path)
        assert page.status_code == 500 and "Something broke" in page.text and "People" not in page.text, path
