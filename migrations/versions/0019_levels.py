"""Levels that moderators set for authors, and the log of who did, which only grows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_SQLITE = """
CREATE TRIGGER level_change_no_{verb} BEFORE {verb} ON level_change
BEGIN SELECT RAISE(ABORT, 'the log of levels is append-only'); END
"""
_FUNCTION = """
CREATE FUNCTION level_change_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the log of levels is append-only'; END $$
"""
_ROWS = """
CREATE TRIGGER level_change_no_change BEFORE UPDATE OR DELETE ON level_change
FOR EACH ROW EXECUTE FUNCTION level_change_is_append_only()
"""
_TRUNCATE = """
CREATE TRIGGER level_change_no_truncate BEFORE TRUNCATE ON level_change
FOR EACH STATEMENT EXECUTE FUNCTION level_change_is_append_only()
"""


def upgrade() -> None:
    op.add_column("author", sa.Column("level", sa.String(length=8), nullable=True))
    op.create_table(
        "level_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("before", sa.String(length=8), nullable=True),
        sa.Column("after", sa.String(length=8), nullable=True),
        sa.Column("moderator_id", sa.Uuid(), nullable=False),
        sa.Column("moderator_label", sa.String(length=100), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["author.id"], name=op.f("fk_level_change_author_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_level_change_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_level_change")),
    )
    op.create_index(op.f("ix_level_change_site_id_author_id_id"), "level_change", ["site_id", "author_id", "id"])
    if op.get_bind().dialect.name == "postgresql":
        statements = (_FUNCTION, _ROWS, _TRUNCATE)
    else:
        statements = (_SQLITE.format(verb="UPDATE"), _SQLITE.format(verb="DELETE"))
    for statement in statements:
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("level_change")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION level_change_is_append_only()")
    op.drop_column("author", "level")
