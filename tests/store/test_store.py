"""The database under load, at birth, and what it promises about times and links."""

from __future__ import annotations

import multiprocessing
import sqlite3
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from chatbot.prompting import DSA
from chatbot.records import HomegrownError
from chatbot.store import Store, api_keys, conversations, database, migrate, options, users
from chatbot.store.tables import Base

WRITERS, WRITES = 4, 50


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(f"sqlite:///{tmp_path / 'home' / 'homegrown.db'}")


def count_up(url: str) -> None:
    store = Store(url)
    for _ in range(WRITES):
        with store.write() as session:
            option = session.get(options.Option, "counter") or options.Option(key="counter", value=0)
            option.value += 1
            session.add(option)


def test_no_write_is_lost_when_processes_write_at_once_from_the_first_moment(store):
    """They race for the migration too."""
    url = store.url.render_as_string()
    with multiprocessing.get_context("spawn").Pool(WRITERS) as pool:
        pool.map(count_up, [url] * WRITERS)
    assert options.get(store, "counter") == WRITERS * WRITES


def test_a_writer_that_fails_leaves_nothing(store):
    with pytest.raises(ZeroDivisionError), store.write() as session:
        session.add(options.Option(key="half", value=1))
        session.flush()
        1 / 0
    assert options.get(store, "half") is None


def test_a_full_disk_is_said_and_what_was_stored_stays(store, monkeypatch):
    options.put(store, "kept", 1)
    store.close()
    monkeypatch.setattr(database, "PRAGMAS", (*database.PRAGMAS, "max_page_count=100"))
    small = Store(store.url.render_as_string())
    with pytest.raises(HomegrownError, match="disk is full"):
        options.put(small, "large", "x" * 1_000_000)
    assert (options.get(small, "kept"), options.get(small, "large")) == (1, None)


def test_a_disk_too_full_for_a_new_database_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(database, "PRAGMAS", (*database.PRAGMAS, "max_page_count=2"))
    for _ in range(2):
        with pytest.raises(HomegrownError, match="disk is full"):
            options.get(Store(f"sqlite:///{tmp_path / 'homegrown.db'}"), "anything")


def test_a_writer_that_takes_too_long_is_said(store, monkeypatch):
    options.put(store, "kept", 1)
    monkeypatch.setattr(database, "PRAGMAS", (*database.PRAGMAS, "busy_timeout=10"))
    other = Store(store.url.render_as_string())
    with store.write() as session:
        session.add(options.Option(key="long", value=1))
        session.flush()
        with pytest.raises(HomegrownError, match="Try again in a moment"):
            options.put(other, "kept", 2)
        assert options.get(other, "kept") == 1


def test_sqlite_is_set_to_keep_what_it_has_confirmed(store):
    with store.read() as session:
        found = {name: session.connection().exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")}
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}


def test_the_migrations_make_the_tables_that_the_code_expects(store):
    with store.read() as session:
        context = MigrationContext.configure(session.connection(), opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_head_is_the_newest_migration():
    config = Config()
    config.set_main_option("script_location", str(migrate.SCRIPTS))
    assert ScriptDirectory.from_config(config).get_heads() == [migrate.HEAD]


def test_an_old_database_is_copied_before_it_is_changed(store, tmp_path, monkeypatch):
    options.put(store, "kept", True)
    store.close()
    path = tmp_path / "home" / "homegrown.db"
    old = migrate.HEAD
    monkeypatch.setattr(migrate, "HEAD", "9999")
    monkeypatch.setattr(migrate, "_upgrade", lambda engine: None)
    options.get(Store(store.url.render_as_string()), "kept")
    with sqlite3.connect(path.with_name(f"homegrown.db.before-9999-was-{old}")) as copy:
        assert copy.execute("SELECT key FROM options").fetchall() == [("kept",)]


def test_conversations_of_the_first_version_come_through_every_migration(store, monkeypatch):
    monkeypatch.setattr(migrate, "HEAD", "0001")
    monkeypatch.setattr(command, "upgrade", lambda config, _head, upgrade=command.upgrade: upgrade(config, "0001"))
    with store.write() as session:
        for row in ("conversations (id, title, created_at, updated_at) VALUES ('c', 'Old', '2026-01-01', '2026-01-01')",
                    "messages (conversation_id, role, content, status, created_at, updated_at) "
                    "VALUES ('c', 'user', 'still here', 'complete', '2026-01-01', '2026-01-01')"):  # fmt: skip
            session.connection().exec_driver_sql(f"INSERT INTO {row}")
    store.close()
    monkeypatch.undo()
    said = conversations.messages(Store(store.url.render_as_string()), "c")
    assert [message.content for message in said] == ["still here"]


def test_times_come_back_with_their_zone(store):
    user = users.accept_invite(store, users.set_up_token(store), "ann@example.com", "Ann", "no hash")
    assert users.by_email(store, "ann@example.com").created_at == user.created_at
    assert user.created_at.tzinfo is not None


def test_the_persona_comes_back_as_it_was(store):
    assert options.persona(store) is None
    options.put_persona(store, DSA)
    assert options.persona(store) == DSA


def test_the_last_admin_stays(store):
    ann = users.accept_invite(store, users.set_up_token(store), "ann@example.com", "Ann", "no hash")
    for change in ({"role": "staff"}, {"active": False}):
        with pytest.raises(HomegrownError, match="last admin"):
            users.change(store, ann.id, **change)
    assert users.by_email(store, "ann@example.com").role == "admin"


def test_an_invitation_works_once_and_not_for_a_taken_address(store):
    token = users.set_up_token(store)
    users.accept_invite(store, token, "ann@example.com", "Ann", "no hash")
    with pytest.raises(HomegrownError, match="used or has expired"):
        users.accept_invite(store, token, "eve@example.com", "Eve", "no hash")
    again = users.invite(store, "staff", "ann@example.com")
    with pytest.raises(HomegrownError, match="already an account"):
        users.accept_invite(store, again, "ann@example.com", "Ann", "no hash")
    assert users.find_invite(store, again), "a link that made no account is not used up"


def test_a_key_opens_until_it_is_withdrawn(store):
    assert not api_keys.any_valid(store)
    key = api_keys.create(store, "shop")
    assert api_keys.is_valid(store, key) and not api_keys.is_valid(store, key + "x") and not api_keys.is_valid(store, "")
    api_keys.revoke(store, api_keys.every(store)[0].id)
    assert not api_keys.is_valid(store, key) and not api_keys.any_valid(store)
