"""Inviting people and changing what they may do."""

from __future__ import annotations

import re

from chatbot.store import audit, users
from tests.web.conftest import PASSWORD, Browser


def test_an_invited_person_joins_by_the_link_that_is_shown_once(app, house, admin):
    page = admin.post("/admin/people", page="/admin/people", action="invite", email="Lee@Example.com", role="staff")
    link = re.search(r'data-copy="http://localhost(/invite/[^"]+)"', page.text)[1]
    assert link not in admin.get("/admin/people").text
    lee = Browser(app.test_client())
    assert "lee@example.com" in lee.get(link).text
    assert lee.post(link, name="Lee", password=PASSWORD).location == "/console"
    assert [entry.action for entry in audit.latest(house.store)] == ["account.made", "people.invite"]


def test_a_withdrawn_invitation_is_dead(house, admin, browser):
    token = users.invite(house.store, "staff", "lee@example.com")
    admin.post("/admin/people", page="/admin/people", action="withdraw", email="lee@example.com")
    assert browser.get(f"/invite/{token}").status_code == 404


def test_roles_change_and_a_closed_account_is_signed_out(house, admin, staff):
    lee = users.by_email(house.store, "staff@example.com")
    admin.post("/admin/people", page="/admin/people", action="role", id=lee.id, role="admin")
    assert staff.get("/admin/people").status_code == 200
    admin.post("/admin/people", action="off", id=lee.id)
    assert staff.get("/admin/people").status_code == 303
    admin.post("/admin/people", action="on", id=lee.id)
    assert users.by_email(house.store, "staff@example.com").active


def test_the_last_admin_is_told_why_not(house, admin):
    me = users.by_email(house.store, "admin@example.com")
    admin.post("/admin/people", page="/admin/people", action="off", id=me.id)
    assert "last admin" in admin.get("/admin/people").text


def test_nonsense_changes_nothing(house, admin):
    before = [(user.id, user.role, user.active) for user in users.everyone(house.store)]
    forms = [{}, {"action": "boss"}, {"action": "role", "id": "1", "role": "god"}, {"action": "off", "id": "999"}, {"action": "off"}]
    answers = [admin.post("/admin/people", page="/admin/people", **form).status_code for form in forms]
    assert answers == [400, 400, 400, 404, 404]
    assert admin.post("/admin/people", action="invite", email="nobody", role="staff").status_code == 422
    assert [(user.id, user.role, user.active) for user in users.everyone(house.store)] == before
