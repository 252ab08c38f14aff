"""Bringing the schema up to date: at once when nothing is to do, else under a lock and with a copy of the old file."""

from __future__ import annotations

import fcntl
import sqlite3
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Iterator

from sqlalchemy import Connection, Engine, inspect, text

SCRIPTS = Path(__file__).parent / "migrations"
HEAD = "0004"  # the newest file in migrations/versions; named here so that Alembic is only imported when needed


def migrate(engine: Engine) -> None:
    """Upgrade the database behind `engine` to HEAD. Several processes may call this at once."""
    if _version(engine) == HEAD:
        return
    with _lock(engine):
        version = _version(engine)
        if version == HEAD:
            return
        if version and engine.dialect.name == "sqlite":
            _back_up(Path(engine.url.database), version)
        _upgrade(engine)


def _version(engine: Engine) -> str | None:
    with engine.connect().execution_options(read=True) as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _upgrade(engine: Engine) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


@contextmanager
def _lock(engine: Engine) -> Iterator[Connection | None]:
    if engine.dialect.name != "sqlite":
        with engine.connect() as connection:
            connection.execute(text("SELECT pg_advisory_lock(7021)"))
            yield connection
        return
    with open(f"{engine.url.database}.lock", "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield None


def _back_up(database: Path, version: str) -> None:
    copy = database.with_name(f"{database.name}.before-{HEAD}-was-{version}")
    with closing(sqlite3.connect(database)) as old, closing(sqlite3.connect(copy)) as new:
        old.backup(new)
