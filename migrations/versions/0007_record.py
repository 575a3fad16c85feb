"""The record is read by moderator, and a batch from its newest row."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_TOGETHER = sa.text("batch IS NOT NULL")


def upgrade() -> None:
    op.create_index("ix_decision_site_id_actor_id_id", "decision", ["site_id", "actor_id", "id"])
    op.create_index(
        "ix_decision_batch_id", "decision", ["batch", "id"], sqlite_where=_TOGETHER, postgresql_where=_TOGETHER
    )
    op.drop_index("ix_decision_batch", table_name="decision")


def downgrade() -> None:
    op.create_index("ix_decision_batch", "decision", ["batch"])
    op.drop_index("ix_decision_batch_id", table_name="decision")
    op.drop_index("ix_decision_site_id_actor_id_id", table_name="decision")
