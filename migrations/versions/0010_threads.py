"""Threads with a mode of their own, opened again, and listed from the newest."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_COLUMNS = (
    ("opened_at", sa.DateTime(timezone=True)),
    ("mode", sa.String(length=10)),
    ("set_by", sa.String(length=100)),
    ("set_at", sa.DateTime(timezone=True)),
)


def upgrade() -> None:
    for name, kind in _COLUMNS:
        op.add_column("thread", sa.Column(name, kind, nullable=True))
    op.create_index(op.f("ix_thread_site_id_id"), "thread", ["site_id", "id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_thread_site_id_id"), table_name="thread")
    for name, _ in reversed(_COLUMNS):
        op.drop_column("thread", name)
