"""The chat on other web sites: who may frame it, what the script says, when people are there, and a visitor's own cookie."""

from __future__ import annotations

import hashlib
from datetime import datetime, timezone

import pytest

from chatbot.flows import widget as pure
from chatbot.flows.widget import Widget
from chatbot.store import conversations, options
from chatbot.store.conversations import Owner

FIELDS = {"colour": "#aa3300", "zone": "Europe/Berlin", "side": "left"}
WEEK = (("09:00", "17:00"),) * 5 + (None, None)


def policy(response) -> str:
    (found,) = [part for part in response.headers["Content-Security-Policy"].split("; ") if part.startswith("frame-ancestors")]
    return found


def save(house, **fields):
    options.put(house.store, "widget", pure.to_json(Widget(enabled=True, **fields)))


def test_only_the_named_sites_may_show_it(house, browser, admin):
    assert policy(browser.get("/widget")) == "frame-ancestors 'self'"
    sites = "www.example.com\nhttps://*.example.org\nhttp://localhost:8080/page"
    assert admin.post("/admin/widget", page="/admin/widget", enabled="yes", sites=sites, **FIELDS).status_code == 303
    response = browser.get("/widget")
    assert policy(response) == "frame-ancestors 'self' https://www.example.com https://*.example.org http://localhost:8080"
    assert "X-Frame-Options" not in response.headers
    other = browser.get("/")
    assert policy(other) == "frame-ancestors 'none'" and other.headers["X-Frame-Options"] == "DENY"


def test_the_script_says_what_the_admin_chose_and_nothing_when_it_is_off(house, browser):
    assert "switched off" in browser.get("/widget.js").text
    save(house, label="</script>Hi", colour="#ffee00", side="left")
    response = browser.get("/widget.js")
    assert '"label": "</script>Hi"' in response.text and '"ink": "#000000"' in response.text and "/widget" in response.text
    assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "--accent: #ffee00" in browser.get("/widget/colours.css").text


def test_over_tls_each_site_gets_cookies_of_its_own(app, browser):
    cookies = app.test_client().get("/widget", base_url="https://localhost", headers={"Accept": "text/html"}).headers.getlist("Set-Cookie")
    assert len(cookies) == 2
    assert all("Partitioned" in cookie and "SameSite=None" in cookie and "Secure" in cookie and "HttpOnly" in cookie for cookie in cookies)
    plain = browser.get("/widget").headers.getlist("Set-Cookie")
    assert all("SameSite=Lax" in cookie and "Partitioned" not in cookie for cookie in plain)


def test_a_visitor_goes_on_where_he_was(house, browser):
    browser.get("/widget")
    token = browser.client.get_cookie("visitor").value
    talk = conversations.create(house.store, Owner(visitor_hash=hashlib.sha256(token.encode()).hexdigest()))
    conversations.add_message(house.store, talk.id, "user", "Do you deliver on Sundays?")
    assert "Do you deliver on Sundays?" in browser.get("/widget").text


@pytest.mark.parametrize(
    "field, value",
    [("sites", "not a site"), ("sites", "javascript:alert(1)"), ("sites", "https://x; script-src *"), ("sites", "*"), ("colour", "red"),
     ("zone", "Mars"), ("from-0", "09:00"), ("title", "x" * 61)],
)  # fmt: skip
def test_nonsense_is_refused_and_nothing_saved(house, admin, field, value):
    page = admin.post("/admin/widget", page="/admin/widget", **FIELDS | {field: value})
    assert page.status_code == 422 and 'class="error"' in page.text
    assert options.get(house.store, "widget") is None


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)


@pytest.mark.parametrize(
    "now, is_open, opens",
    [
        ("2026-11-23T07:59", False, "2026-11-23T09:00:00+01:00"),  # Monday before opening, in Berlin
        ("2026-11-23T08:00", True, None),
        ("2026-11-23T16:00", False, "2026-11-24T09:00:00+01:00"),
        ("2026-11-27T18:00", False, "2026-11-30T09:00:00+01:00"),  # Friday evening
        ("2026-10-25T00:30", False, "2026-10-26T09:00:00+01:00"),  # the night the clocks change
    ],
)
def test_opening_hours(now, is_open, opens):
    widget = Widget(hours=WEEK, zone="Europe/Berlin")
    assert widget.is_open(at(now)) == is_open
    assert (widget.opens(at(now)) or None) == (datetime.fromisoformat(opens) if opens else None)


def test_without_hours_somebody_is_always_there():
    assert Widget().is_open(at("2026-12-25T03:00")) and Widget().opens(at("2026-12-25T03:00")) is None


@pytest.mark.parametrize("colour, ink", [("#1f6f48", "#ffffff"), ("#ffffff", "#000000"), ("#000000", "#ffffff"), ("#ff8800", "#000000")])
def test_the_text_on_the_colour_can_be_read(colour, ink):
    assert Widget(colour=colour).ink == ink
