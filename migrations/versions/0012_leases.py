"""Which moderator reads which comments right now."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "lease",
        sa.Column("comment_id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("moderator_id", sa.Uuid(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["moderator_id"], ["moderator.id"], name=op.f("fk_lease_moderator_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_lease_site_id")),
        sa.PrimaryKeyConstraint("comment_id", name=op.f("pk_lease")),
    )
    op.create_index(op.f("ix_lease_site_id_until"), "lease", ["site_id", "until"])


def downgrade() -> None:
    op.drop_table("lease")
