"""A browser for each kind of person, without the cost of hashing a password each time."""

from __future__ import annotations

import re
from typing import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from chatbot.client import BackendError
from chatbot.store import users
from chatbot.store.tables import User
from chatbot.web.security import SESSION_COOKIE

PASSWORD = "three calm otters"
PAGE = {"Accept": "text/html", "Sec-Fetch-Dest": "document"}


class Browser:
    """A client that sends what a browser sends: Accept, Origin and, from the last page it saw, the CSRF token."""

    def __init__(self, client: FlaskClient):
        self.client = client
        self.token = ""

    def get(self, path: str, **more):
        response = self.client.get(path, headers=PAGE, **more)
        found = re.search(r'name="csrf-token" content="([^"]+)"', response.text) if response.mimetype == "text/html" else None
        self.token = found[1] if found else self.token
        return response

    def post(self, path: str, page: str = "/sign-in", **form):
        if not self.token:
            self.get(page)
        return self.client.post(path, data={"csrf_token": self.token, **form}, headers=PAGE | {"Origin": "http://localhost"})

    def sign_in_as(self, house, user: User) -> "Browser":
        self.client.set_cookie(SESSION_COOKIE, users.open_session(house.store, user.id))
        return self


@pytest.fixture(autouse=True)
def no_models(house):
    """Pages are about pages: the backend has no models and no jobs."""
    house.__dict__["client"] = NoModels()


@pytest.fixture(autouse=True)
def patience(monkeypatch):
    """Pages wait for work that is done aside, however slow the machine is."""
    monkeypatch.setattr("chatbot.web.working.PATIENCE", 60)


class NoModels:
    def models(self) -> list:
        return []

    def jobs(self) -> list:
        return []

    def job(self, job_id: str) -> None:
        raise BackendError("There is no such job.", 404)


@pytest.fixture
def browser(app: Flask) -> Browser:
    return Browser(app.test_client())


@pytest.fixture
def person(app: Flask, house) -> Callable[..., User]:
    """`person("admin", "ann@example.com")` makes an account; nobody knows its password."""

    def make(role: str, email: str | None = None) -> User:
        email = email or f"{role}@example.com"
        return users.accept_invite(house.store, users.invite(house.store, role, email), email, role.title(), "no hash")

    return make


@pytest.fixture
def admin(app: Flask, house, person) -> Iterator[Browser]:
    yield Browser(app.test_client()).sign_in_as(house, person("admin"))


@pytest.fixture
def staff(app: Flask, house, person) -> Iterator[Browser]:
    yield Browser(app.test_client()).sign_in_as(house, person("staff"))
