"""All comments of a cluster, and not those alone that wait: two clusters that turn out to be one are joined by it."""

from __future__ import annotations

from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_comment_site_id_cluster_id", "comment", ["site_id", "cluster_id"])


def downgrade() -> None:
    op.drop_index("ix_comment_site_id_cluster_id", table_name="comment")
