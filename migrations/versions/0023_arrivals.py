"""How many comments came lately and from how many networks; and under which name a text stands, as it looks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "arrival",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("thread_id", sa.Uuid(), nullable=False),
        sa.Column("network", sa.LargeBinary(length=16), nullable=False),
        sa.Column("wider", sa.LargeBinary(length=16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_arrival_site_id")),
        sa.ForeignKeyConstraint(["thread_id"], ["thread.id"], name=op.f("fk_arrival_thread_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_arrival")),
    )
    op.create_index(op.f("ix_arrival_site_id_wider_at"), "arrival", ["site_id", "wider", "at"])
    op.create_index(op.f("ix_arrival_thread_id_at"), "arrival", ["thread_id", "at"])
    op.create_index(op.f("ix_arrival_site_id_at"), "arrival", ["site_id", "at"])
    op.add_column("revision", sa.Column("name_key", sa.Text(), nullable=True))
    op.create_index(op.f("ix_revision_site_id_name_key_comment_id"), "revision", ["site_id", "name_key", "comment_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_revision_site_id_name_key_comment_id"), table_name="revision")
    op.drop_column("revision", "name_key")
    op.drop_table("arrival")
