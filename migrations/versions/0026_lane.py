"""The lane in which a site's model publishes by itself: its history, which only grows, and what came into it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

_SQLITE = """
CREATE TRIGGER lane_change_no_{verb} BEFORE {verb} ON lane_change
BEGIN SELECT RAISE(ABORT, 'the history of the lane is append-only'); END
"""
_FUNCTION = """
CREATE FUNCTION lane_change_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the history of the lane is append-only'; END $$
"""
_ROWS = """
CREATE TRIGGER lane_change_no_change BEFORE UPDATE OR DELETE ON lane_change
FOR EACH ROW EXECUTE FUNCTION lane_change_is_append_only()
"""
_TRUNCATE = """
CREATE TRIGGER lane_change_no_truncate BEFORE TRUNCATE ON lane_change
FOR EACH STATEMENT EXECUTE FUNCTION lane_change_is_append_only()
"""


def upgrade() -> None:
    op.create_table(
        "lane_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("percent", sa.SmallInteger(), nullable=False),
        sa.Column("audit", sa.SmallInteger(), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("judged", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=100), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_lane_change_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lane_change")),
    )
    op.create_index(op.f("ix_lane_change_site_id_id"), "lane_change", ["site_id", "id"])
    op.create_table(
        "lane_case",
        sa.Column("comment_id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("opened_by", sa.Uuid(), nullable=False),
        sa.Column("audited", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["comment_id"], ["comment.id"], name=op.f("fk_lane_case_comment_id")),
        sa.ForeignKeyConstraint(["opened_by"], ["lane_change.id"], name=op.f("fk_lane_case_opened_by")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_lane_case_site_id")),
        sa.PrimaryKeyConstraint("comment_id", name=op.f("pk_lane_case")),
    )
    op.create_index(
        op.f("ix_lane_case_opened_by_audited_comment_id"), "lane_case", ["opened_by", "audited", "comment_id"]
    )
    if op.get_bind().dialect.name == "postgresql":
        statements = (_FUNCTION, _ROWS, _TRUNCATE)
    else:
        statements = (_SQLITE.format(verb="UPDATE"), _SQLITE.format(verb="DELETE"))
    for statement in statements:
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("lane_case")
    op.drop_table("lane_change")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION lane_change_is_append_only()")
