"""What had open reports before 0015 says so."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_COMMENT = sa.table("comment", sa.column("id", sa.Uuid), sa.column("reported", sa.Boolean))
_FLAG = sa.table("flag", sa.column("comment_id", sa.Uuid), sa.column("resolved_at"))


def upgrade() -> None:
    told = sa.select(_FLAG.c.comment_id).where(_FLAG.c.resolved_at.is_(None))
    op.execute(sa.update(_COMMENT).where(_COMMENT.c.id.in_(told)).values(reported=sa.true()))


def downgrade() -> None:
    """The column goes with 0015."""
