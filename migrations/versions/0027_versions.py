"""What the public sees of a thread and of a site has a version, by which ready answers are known to hold."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("site", "thread"):
        op.add_column(table, sa.Column("version", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    for table in ("thread", "site"):
        op.drop_column(table, "version")
