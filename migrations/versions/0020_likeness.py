"""What a text is like, and the cluster of what is nearly the same."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_PENDING = sa.text("status = 'pending'")


def upgrade() -> None:
    op.create_table(
        "likeness",
        sa.Column("comment_id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("signature", sa.LargeBinary(length=64), nullable=False),
        sa.Column("fold_version", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["comment_id"], ["comment.id"], name=op.f("fk_likeness_comment_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_likeness_site_id")),
        sa.PrimaryKeyConstraint("comment_id", name=op.f("pk_likeness")),
    )
    op.create_index(op.f("ix_likeness_site_id_at"), "likeness", ["site_id", "at"])
    op.create_table(
        "shingle",
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("band", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("value", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("comment_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_shingle_site_id")),
        sa.PrimaryKeyConstraint("site_id", "band", "value", "comment_id", name=op.f("pk_shingle")),
        sqlite_with_rowid=False,
    )
    op.add_column("comment", sa.Column("cluster_id", sa.Uuid(), nullable=True))
    op.create_index(
        "ix_comment_cluster",
        "comment",
        ["site_id", "cluster_id", "rank", "id"],
        sqlite_where=_PENDING,
        postgresql_where=_PENDING,
    )


def downgrade() -> None:
    op.drop_index("ix_comment_cluster", "comment")
    op.drop_column("comment", "cluster_id")
    op.drop_table("shingle")
    op.drop_table("likeness")
