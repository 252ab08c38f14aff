"""Set-up, signing in and out, sessions that end, and guesses that run out."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from chatbot.records import HomegrownError
from chatbot.store import users
from chatbot.web import auth, passwords
from chatbot.web.security import SESSION_COOKIE
from tests.web.conftest import PASSWORD, Browser


@pytest.fixture
def ann(house):
    """An admin whose password is known."""
    token = users.set_up_token(house.store)
    return users.accept_invite(house.store, token, "ann@example.com", "Ann", passwords.keep(PASSWORD))


def sid(browser: Browser) -> str | None:
    cookie = browser.client.get_cookie(SESSION_COOKIE)
    return cookie and cookie.value


# Set-up


def test_the_first_admin_comes_by_the_printed_link_and_it_works_once(app, house, browser):
    link = auth.setup_link(house).removeprefix("http://127.0.0.1:5000")
    assert "first account" in browser.get(link).text
    answer = browser.post(link, name="Ann", email="Ann@Example.com", password=PASSWORD)
    assert (answer.status_code, answer.location) == (303, "/admin/")
    assert [(user.email, user.role) for user in users.everyone(house.store)] == [("ann@example.com", "admin")]
    assert browser.get("/admin/people").status_code == 200
    assert Browser(app.test_client()).get(link).status_code == 404
    assert auth.setup_link(house) is None


def test_a_new_link_ends_the_one_before(house, browser):
    old, new = auth.setup_link(house), auth.setup_link(house)
    assert browser.get(old.removeprefix("http://127.0.0.1:5000")).status_code == 404
    assert browser.get(new.removeprefix("http://127.0.0.1:5000")).status_code == 200


def test_two_set_ups_at_once_make_one_admin(app, house):
    link = auth.setup_link(house).removeprefix("http://127.0.0.1:5000")
    browsers = [Browser(app.test_client()) for _ in range(4)]
    for each in browsers:
        each.get(link)

    def join(number: int) -> int:
        return browsers[number].post(link, name="N", email=f"a{number}@example.com", password=PASSWORD).status_code

    with ThreadPoolExecutor(4) as pool:
        answers = sorted(pool.map(join, range(4)))
    assert answers == [303, 422, 422, 422]
    assert len(users.everyone(house.store)) == 1


@pytest.mark.parametrize(
    "password", ["short", "password1", "P@ssw0rd123", "12345678", "qwertyuiop", "aaaaaaaaaa", "ann@example", "x" * 129]
)
def test_passwords_that_are_guessed_first_are_not_taken(house, browser, password):
    link = auth.setup_link(house).removeprefix("http://127.0.0.1:5000")
    answer = browser.post(link, name="Anneliese", email="ann@example.com", password=password)
    assert answer.status_code == 422 and 'id="password-error"' in answer.text
    assert users.everyone(house.store) == []


@pytest.mark.parametrize("password", [PASSWORD, "correct horse battery", "Zk4!vq8p", "我的小花园很安静啊"])
def test_good_passwords_are_taken(password):
    assert passwords.problem(password, "ann@example.com", "Ann") is None


def test_an_invitation_fixes_role_and_e_mail(app, house, ann, browser):
    link = f"/invite/{users.invite(house.store, 'staff', 'lee@example.com')}"
    answer = browser.post(link, name="Lee", email="boss@example.com", role="admin", password=PASSWORD)
    assert answer.location == "/console"
    lee = users.by_email(house.store, "lee@example.com")
    assert lee.role == "staff" and users.by_email(house.store, "boss@example.com") is None


# Signing in and out


def test_signing_in_leads_back_to_the_page_that_asked(ann, browser):
    answer = browser.post("/sign-in?next=/admin/people", email=" ANN@example.com ", password=PASSWORD)
    assert (answer.status_code, answer.location) == (303, "/admin/people")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Secure" not in cookie


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example", "evil"])
def test_signing_in_never_leads_away_from_us(ann, browser, target):
    assert browser.post(f"/sign-in?next={target}", email="ann@example.com", password=PASSWORD).location == "/admin/"


def test_over_https_the_cookies_are_secure(app, ann, browser):
    client, https = app.test_client(), {"base_url": "https://localhost"}
    token = re.search(r'csrf-token" content="([^"]+)', client.get("/sign-in", **https).text)[1]
    form = {"csrf_token": token, "email": "ann@example.com", "password": PASSWORD}
    answer = client.post("/sign-in", data=form, headers={"Referer": "https://localhost/sign-in"}, **https)
    cookies = answer.headers.getlist("Set-Cookie")
    assert answer.status_code == 303 and len(cookies) == 2 and all("Secure" in cookie for cookie in cookies)
    assert "Strict-Transport-Security" in answer.headers


def test_a_wrong_password_an_unknown_e_mail_and_a_closed_account_get_the_same_answer(house, person, ann, browser):
    closed = person("staff", "closed@example.com")
    users.set_password(house.store, closed.id, passwords.keep(PASSWORD))
    users.change(house.store, closed.id, active=False)
    tries = [("ann@example.com", "wrong password"), ("nobody@example.com", PASSWORD), ("closed@example.com", PASSWORD)]
    answers = [browser.post("/sign-in", email=email, password=word) for email, word in tries]
    assert {answer.status_code for answer in answers} == {401}
    pages = (re.sub(r'(content|value)="I[\w.-]{60,}"', "", answer.text.replace(email, "")) for answer, (email, _) in zip(answers, tries))
    assert len(set(pages)) == 1


def test_an_unknown_account_costs_as_much_time_as_a_known_one():
    assert not passwords.HASHER.check_needs_rehash(passwords.NOBODY)
    assert not passwords.matches(None, "anything")


def test_guesses_run_out_for_the_account_even_with_the_right_one(app, house, ann, browser, monkeypatch):
    monkeypatch.setattr(auth, "TRIES_PER_ACCOUNT", 3)
    for _ in range(3):
        assert browser.post("/sign-in", email="ann@example.com", password="wrong").status_code == 401
    elsewhere = Browser(app.test_client())
    assert elsewhere.post("/sign-in", email="ann@example.com", password=PASSWORD).status_code == 429
    later = users.now() + timedelta(minutes=16)
    monkeypatch.setattr(users, "now", lambda: later)
    assert elsewhere.post("/sign-in", email="ann@example.com", password=PASSWORD).status_code == 303


def test_guesses_run_out_for_an_address_that_tries_many_accounts(ann, browser, monkeypatch):
    monkeypatch.setattr(auth, "TRIES_PER_ADDRESS", 3)
    answers = [browser.post("/sign-in", email=f"a{n}@example.com", password="wrong").status_code for n in range(5)]
    assert answers == [401, 401, 401, 429, 429]


def test_signing_out_ends_the_session_not_only_the_cookie(app, house, ann, browser):
    browser.post("/sign-in", email="ann@example.com", password=PASSWORD)
    copied = sid(browser)
    browser.get("/admin/people")
    assert browser.post("/sign-out").location == "/sign-in" and sid(browser) is None
    thief = app.test_client()
    thief.set_cookie(SESSION_COOKIE, copied)
    assert thief.get("/admin/people", headers={"Accept": "text/html"}).status_code == 303


def test_signing_in_always_begins_a_new_session(house, ann, browser):
    browser.client.set_cookie(SESSION_COOKIE, "chosen-by-an-attacker")
    browser.post("/sign-in", email="ann@example.com", password=PASSWORD)
    assert sid(browser) != "chosen-by-an-attacker"
    assert users.session_user(house.store, "chosen-by-an-attacker") is None


def test_a_new_password_ends_all_other_sessions(app, house, ann, browser):
    other = users.open_session(house.store, ann.id)
    browser.post("/sign-in", email="ann@example.com", password=PASSWORD)
    before = sid(browser)
    browser.get("/account")
    assert browser.post("/account", current="not it", password="four quiet hedgehogs").status_code == 422
    assert browser.post("/account", current=PASSWORD, password="four quiet hedgehogs").location == "/account"
    assert users.session_user(house.store, other) is None and users.session_user(house.store, before) is None
    assert "is changed" in browser.get("/account").text


def test_sessions_end_when_idle_and_after_half_a_day(house, ann, monkeypatch):
    start = users.now()
    idle, busy = (users.open_session(house.store, ann.id) for _ in range(2))

    def is_open(session: str, minutes: int) -> bool:
        monkeypatch.setattr(users, "now", lambda: start + timedelta(minutes=minutes))
        return users.session_user(house.store, session) is not None

    assert all(is_open(busy, minutes) for minutes in range(20, 720, 20))
    assert not is_open(idle, 31)
    assert not is_open(busy, 721)


def test_a_changed_role_counts_at_the_next_request(house, person, staff, admin):
    lee = users.by_email(house.store, "staff@example.com")
    assert staff.get("/admin/people").status_code == 403
    users.change(house.store, lee.id, role="admin")
    assert staff.get("/admin/people").status_code == 200
    users.change(house.store, lee.id, active=False)
    assert staff.get("/admin/people").status_code == 303


def test_no_password_and_no_token_is_stored_readable(house, ann, settings):
    invited = users.invite(house.store, "staff", "lee@example.com")
    session = users.open_session(house.store, ann.id)
    house.store.close()
    stored = b"".join(path.read_bytes() for path in settings.home.glob("homegrown.db*"))
    assert not any(secret.encode() in stored for secret in (PASSWORD, invited, session))


def test_a_full_disk_signs_nobody_out(house, admin, monkeypatch):
    def full_disk():
        raise HomegrownError("The disk is full.")

    monkeypatch.setattr(users, "SEEN_EVERY", timedelta(0))
    monkeypatch.setattr(house.store, "write", full_disk)
    assert admin.get("/admin/people").status_code == 200
    assert admin.post("/admin/people", action="invite", email="x@example.com", role="staff").status_code == 303
    assert "The disk is full." in admin.get("/admin/people").text
