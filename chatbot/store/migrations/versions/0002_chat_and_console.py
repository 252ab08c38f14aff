"""Chat and console: pins, archive, shared links, sources, feedback, hand-overs, and what staff try out.

Columns are added without rebuilding the tables: on SQLite that would drop the old `conversations`, and with it,
by their foreign keys, every message.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from chatbot.store import tables

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

MOMENTS = ("pinned_at", "archived_at")


def upgrade() -> None:
    for name in MOMENTS:
        op.add_column("conversations", sa.Column(name, tables.Moment(timezone=True), nullable=True))
    op.add_column("conversations", sa.Column("share_token", sa.String(length=43), nullable=True))
    op.add_column("conversations", sa.Column("share_until", sa.Integer(), nullable=True))
    op.create_index("ix_conversations_share_token", "conversations", ["share_token"], unique=True)
    op.add_column("messages", sa.Column("sources", sa.JSON(), nullable=True))
    op.add_column("messages", sa.Column("author_id", sa.Integer(), nullable=True))
    op.create_table('batches',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('models', sa.JSON(), nullable=False),
    sa.Column('rows', sa.JSON(), nullable=False),
    sa.Column('status', sa.String(length=12), nullable=False),
    sa.Column('created_by', sa.Integer(), nullable=True),
    sa.Column('created_at', tables.Moment(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['created_by'], ['users.id'], ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_table('blind_tests',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('models', sa.JSON(), nullable=False),
    sa.Column('created_by', sa.Integer(), nullable=True),
    sa.Column('created_at', tables.Moment(timezone=True), nullable=False),
    sa.Column('closed_at', tables.Moment(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['created_by'], ['users.id'], ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_table('test_questions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('question', sa.Text(), nullable=False),
    sa.Column('answer', sa.Text(), nullable=False),
    sa.Column('created_by', sa.Integer(), nullable=True),
    sa.Column('created_at', tables.Moment(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['created_by'], ['users.id'], ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_table('blind_votes',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('test_id', sa.Integer(), nullable=False),
    sa.Column('question', sa.Text(), nullable=False),
    sa.Column('model_a', sa.String(length=200), nullable=False),
    sa.Column('model_b', sa.String(length=200), nullable=False),
    sa.Column('answer_a', sa.Text(), nullable=False),
    sa.Column('answer_b', sa.Text(), nullable=False),
    sa.Column('choice', sa.String(length=4), nullable=True),
    sa.Column('by', sa.Integer(), nullable=True),
    sa.Column('at', tables.Moment(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['by'], ['users.id'], ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['test_id'], ['blind_tests.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_blind_votes_test_id'), 'blind_votes', ['test_id'], unique=False)

    op.create_table('handovers',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('conversation_id', sa.String(length=32), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('contact', sa.String(length=200), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('by', sa.Integer(), nullable=True),
    sa.Column('created_at', tables.Moment(timezone=True), nullable=False),
    sa.Column('taken_at', tables.Moment(timezone=True), nullable=True),
    sa.Column('closed_at', tables.Moment(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['by'], ['users.id'], ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['conversation_id'], ['conversations.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_handovers_conversation_id'), 'handovers', ['conversation_id'], unique=False)
    op.create_index(op.f('ix_handovers_state'), 'handovers', ['state'], unique=False)

    op.create_table('feedback',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('message_id', sa.Integer(), nullable=False),
    sa.Column('verdict', sa.String(length=4), nullable=False),
    sa.Column('reason', sa.String(length=20), nullable=False),
    sa.Column('correction', sa.Text(), nullable=False),
    sa.Column('by', sa.Integer(), nullable=True),
    sa.Column('at', tables.Moment(timezone=True), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.ForeignKeyConstraint(['by'], ['users.id'], ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['message_id'], ['messages.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('message_id')
    )
    op.create_index(op.f('ix_feedback_state'), 'feedback', ['state'], unique=False)


def downgrade() -> None:
    for table in ("feedback", "handovers", "blind_votes", "blind_tests", "test_questions", "batches"):
        op.drop_table(table)
    op.drop_index("ix_conversations_share_token", "conversations")
    for name in (*MOMENTS, "share_token", "share_until"):
        op.drop_column("conversations", name)
    for name in ("sources", "author_id"):
        op.drop_column("messages", name)
