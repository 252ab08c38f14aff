"""The handle on the database: read and write sessions, SQLite settings, migration on first use."""

from __future__ import annotations

from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Iterator

from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from chatbot.records import HomegrownError
from chatbot.store.migrate import migrate

PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000", "secure_delete=ON", "trusted_schema=OFF")


class Store:
    """`with store.read() as session` to look, `with store.write() as session` to change (commits at the end).

    The first use brings the schema up to date. Keep write sessions short and call no network inside."""

    def __init__(self, database_url: str):
        self.url = make_url(database_url)
        self._opening = Lock()

    @contextmanager
    def read(self) -> Iterator[Session]:
        with _told(), Session(self._engine.execution_options(read=True), expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        with _told(), Session(self._engine, expire_on_commit=False) as session, session.begin():
            yield session

    def close(self) -> None:
        if "_opened" in self.__dict__:
            self._engine.dispose()

    @property
    def _engine(self) -> Engine:
        if "_opened" not in self.__dict__:
            with self._opening:  # only the first time: between threads gevent's locks can lose one that waits
                return self._opened
        return self._opened

    @cached_property
    def _opened(self) -> Engine:
        engine = create_engine(self.url)
        if engine.dialect.name == "sqlite":
            Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
            event.listen(engine, "connect", _settle)
            event.listen(engine, "begin", _begin)
        migrate(engine)
        return engine


@contextmanager
def _told() -> Iterator[None]:
    """Say in a sentence what a person can mend."""
    try:
        yield
    except OperationalError as error:
        if "disk is full" in str(error.orig):
            raise HomegrownError("The disk is full, so nothing was saved. Free some space and try again.") from error
        if "database is locked" in str(error.orig):
            raise HomegrownError("Something else is being saved just now. Try again in a moment.") from error
        raise


def _settle(connection, _record) -> None:
    connection.isolation_level = None  # the driver must not begin on its own: see _begin
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    # SQLite's own knows no letters but A to Z; search must find “Äpfel” by “äpfel”
    connection.create_function("lower", 1, lambda text: text and text.lower(), deterministic=True)


def _begin(connection) -> None:
    # A writer that begins deferred can lose updates or fail halfway; IMMEDIATE waits its turn at the start.
    mode = "DEFERRED" if connection.get_execution_options().get("read") else "IMMEDIATE"
    connection.exec_driver_sql(f"BEGIN {mode}")
