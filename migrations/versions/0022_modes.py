"""Threads may have modes with longer names. SQLite knows no lengths."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _length(10, 20)


def downgrade() -> None:
    _length(20, 10)


def _length(before: int, after: int) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column(
            "thread", "mode", existing_type=sa.String(before), type_=sa.String(after), existing_nullable=True
        )
