"""Rules of words and phrases, what they have seen, and what a site's rules are known by."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_REASONS = "'spam', 'insult', 'hate', 'off_topic', 'personal_data', 'libel', 'incitement', 'other'"


def upgrade() -> None:
    op.create_table(
        "word_rule",
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("lines", sa.Text(), nullable=False),
        sa.Column("phrase_count", sa.Integer(), nullable=False),
        sa.Column("mode", sa.String(length=10), nullable=False),
        sa.Column("action", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=True),
        sa.Column("section", sa.String(length=100), nullable=False),
        sa.Column("exceptions", sa.Text(), nullable=False),
        sa.Column("enabled", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("owner_label", sa.String(length=100), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("mode IN ('word', 'clitics', 'anywhere')", name=op.f("ck_word_rule_mode")),
        sa.CheckConstraint("action IN ('hold', 'reject', 'spam')", name=op.f("ck_word_rule_action")),
        sa.CheckConstraint(f"reason IN ({_REASONS})", name=op.f("ck_word_rule_reason")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_word_rule_site_id")),
        sa.PrimaryKeyConstraint("site_id", "number", name=op.f("pk_word_rule")),
    )
    op.create_table(
        "word_rule_hit",
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("comment_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_word_rule_hit_site_id")),
        sa.ForeignKeyConstraint(["comment_id"], ["comment.id"], name=op.f("fk_word_rule_hit_comment_id")),
        sa.PrimaryKeyConstraint("site_id", "number", "comment_id", name=op.f("pk_word_rule_hit")),
    )
    op.create_table(
        "word_rule_stamp",
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("stamp", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_word_rule_stamp_site_id")),
        sa.PrimaryKeyConstraint("site_id", name=op.f("pk_word_rule_stamp")),
    )


def downgrade() -> None:
    op.drop_table("word_rule_stamp")
    op.drop_table("word_rule_hit")
    op.drop_table("word_rule")
