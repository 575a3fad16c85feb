"""Moderators' private notes; and who has taken words out of a text, and why."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_TRACE = (
    ("redacted_by", sa.Uuid()),
    ("redacted_label", sa.String(length=100)),
    ("redacted_reason", sa.String(length=20)),
)


def upgrade() -> None:
    op.create_table(
        "note",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("comment_id", sa.Uuid(), nullable=True),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("moderator_id", sa.Uuid(), nullable=False),
        sa.Column("moderator_label", sa.String(length=100), nullable=False),
        sa.Column("client_id", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(comment_id IS NULL) <> (author_id IS NULL)", name=op.f("ck_note_one_subject")),
        sa.CheckConstraint("length(body) BETWEEN 1 AND 2000", name=op.f("ck_note_body_length")),
        sa.ForeignKeyConstraint(["author_id"], ["author.id"], name=op.f("fk_note_author_id")),
        sa.ForeignKeyConstraint(["comment_id"], ["comment.id"], name=op.f("fk_note_comment_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_note_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note")),
        sa.UniqueConstraint("site_id", "client_id", name=op.f("uq_note_site_id_client_id")),
    )
    op.create_index(op.f("ix_note_site_id_comment_id_id"), "note", ["site_id", "comment_id", "id"])
    op.create_index(op.f("ix_note_site_id_author_id_id"), "note", ["site_id", "author_id", "id"])
    for name, kind in _TRACE:
        op.add_column("revision", sa.Column(name, kind, nullable=True))


def downgrade() -> None:
    for name, _ in reversed(_TRACE):
        op.drop_column("revision", name)
    op.drop_table("note")
