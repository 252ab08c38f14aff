"""Versions of datasets."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from chatbot.store import tables

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
