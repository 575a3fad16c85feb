"""By which rules a comment's words were folded, and what each finding asked for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_COLUMNS = (
    ("search_text", "fold_version", sa.Integer(), "1"),
    ("finding", "outcome", sa.String(length=8), "hold"),
)


def upgrade() -> None:
    for table, name, kind, before in _COLUMNS:
        op.add_column(table, sa.Column(name, kind, nullable=False, server_default=before))


def downgrade() -> None:
    for table, name, _, _ in reversed(_COLUMNS):
        op.drop_column(table, name)
