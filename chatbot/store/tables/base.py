"""What every table stands on. All times are UTC and aware."""

from __future__ import annotations

import secrets
from datetime import datetime, timezone
from typing import Any

from sqlalchemy import JSON, DateTime, TypeDecorator
from sqlalchemy.orm import DeclarativeBase


def now() -> datetime:
    return datetime.now(timezone.utc)


def new_id() -> str:
    """128 random bits, fit for an address."""
    return secrets.token_hex(16)


class Moment(TypeDecorator):
    """An aware UTC time. SQLite drops the zone, so it is put back on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value, dialect):
        return value and value.astimezone(timezone.utc)

    def process_result_value(self, value, dialect):
        return value and value.replace(tzinfo=value.tzinfo or timezone.utc)


class Base(DeclarativeBase):
    type_annotation_map = {datetime: Moment, dict[str, Any]: JSON, Any: JSON}
