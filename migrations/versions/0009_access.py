"""Who may see addresses and who has; when people and tokens were last at work."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_COLUMNS = (
    ("membership", "contacts", sa.Boolean(), sa.false()),
    ("moderator", "last_seen_at", sa.DateTime(timezone=True), None),
    ("login_session", "last_seen_at", sa.DateTime(timezone=True), None),
    ("login_session", "client", sa.String(length=40), None),
    ("api_token", "last_used_at", sa.DateTime(timezone=True), None),
)
_SQLITE = """
CREATE TRIGGER disclosure_no_{verb} BEFORE {verb} ON disclosure
BEGIN SELECT RAISE(ABORT, 'the log of disclosures is append-only'); END
"""
_POSTGRESQL = (
    """
CREATE FUNCTION disclosure_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the log of disclosures is append-only'; END $$
""",
    """
CREATE TRIGGER disclosure_no_change BEFORE UPDATE OR DELETE ON disclosure
FOR EACH ROW EXECUTE FUNCTION disclosure_is_append_only()
""",
    """
CREATE TRIGGER disclosure_no_truncate BEFORE TRUNCATE ON disclosure
FOR EACH STATEMENT EXECUTE FUNCTION disclosure_is_append_only()
""",
)


def upgrade() -> None:
    for table, name, kind, default in _COLUMNS:
        op.add_column(table, sa.Column(name, kind, nullable=default is None, server_default=default))
    op.create_table(
        "disclosure",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_label", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("comment_id", sa.Uuid(), nullable=True),
        sa.Column("hits", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('reveal', 'look_up')", name=op.f("ck_disclosure_kind")),
        sa.ForeignKeyConstraint(["comment_id"], ["comment.id"], name=op.f("fk_disclosure_comment_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_disclosure_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disclosure")),
    )
    op.create_index(op.f("ix_disclosure_site_id_id"), "disclosure", ["site_id", "id"])
    op.create_table(
        "second_factor",
        sa.Column("moderator_id", sa.Uuid(), nullable=False),
        sa.Column("key_id", sa.String(length=32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["moderator_id"], ["moderator.id"], name=op.f("fk_second_factor_moderator_id")),
        sa.PrimaryKeyConstraint("moderator_id", name=op.f("pk_second_factor")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("moderator_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["moderator_id"], ["moderator.id"], name=op.f("fk_recovery_code_moderator_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
    )
    op.create_index(op.f("ix_recovery_code_moderator_id"), "recovery_code", ["moderator_id"])
    sqlite = tuple(_SQLITE.format(verb=verb) for verb in ("UPDATE", "DELETE"))
    for statement in _POSTGRESQL if _on_postgresql() else sqlite:
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("recovery_code")
    op.drop_table("second_factor")
    op.drop_table("disclosure")
    if _on_postgresql():
        op.execute("DROP FUNCTION disclosure_is_append_only()")
    for table, name, _, _ in reversed(_COLUMNS):
        op.drop_column(table, name)


def _on_postgresql() -> bool:
    return bool(op.get_bind().dialect.name == "postgresql")
