"""Lists of hosts and of mail domains that a site brings in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "host_list",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("action", sa.String(length=8), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("set_by", sa.String(length=100), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("action IN ('hold', 'spam', 'reject')", name=op.f("ck_host_list_action")),
        sa.CheckConstraint("kind IN ('host', 'mail_domain')", name=op.f("ck_host_list_kind")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_host_list_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_host_list")),
        sa.UniqueConstraint("site_id", "kind", "name", name=op.f("uq_host_list_site_id_kind_name")),
    )
    op.create_table(
        "listed_host",
        sa.Column("list_id", sa.Uuid(), nullable=False),
        sa.Column("host", sa.String(length=253), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["list_id"], ["host_list.id"], name=op.f("fk_listed_host_list_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_listed_host_site_id")),
        sa.PrimaryKeyConstraint("list_id", "host", name=op.f("pk_listed_host")),
    )
    op.create_index(op.f("ix_listed_host_site_id_host"), "listed_host", ["site_id", "host"])


def downgrade() -> None:
    op.drop_table("listed_host")
    op.drop_table("host_list")
