"""What readers do after posting: withdraw, erase, report; and what the feeds and staff replies need."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_REASONS = "'spam', 'insult', 'hate', 'off_topic', 'personal_data', 'libel', 'incitement', 'other'"
#: Constraint of the decision log -> what it listed, and what it lists now.
_CHECKS = {
    "action": (
        "'approve', 'reject', 'spam', 'reopen', 'undo'",
        "'approve', 'reject', 'spam', 'reopen', 'undo', 'withdraw', 'erase'",
    ),
    "actor_kind": ("'moderator', 'token', 'policy'", "'moderator', 'token', 'policy', 'reader'"),
}
_INDEXES = (
    ("ix_comment_gone", ["thread_id", "root_id", "id"], "status IN ('withdrawn', 'erased')"),
    (
        "ix_comment_edit_waiting",
        ["site_id", "id"],
        "status = 'approved' AND published_revision < latest_revision",
    ),
    ("ix_comment_parent_id", ["parent_id"], "parent_id IS NOT NULL"),
)


def upgrade() -> None:
    _set_checks(before=0, after=1)
    if _on_postgresql():
        op.add_column("comment", sa.Column("staff_id", sa.Uuid(), nullable=True))
        op.create_foreign_key(op.f("fk_comment_staff_id"), "comment", "moderator", ["staff_id"], ["id"])
    else:
        op.execute(
            "ALTER TABLE comment ADD COLUMN staff_id CHAR(32) CONSTRAINT fk_comment_staff_id REFERENCES moderator (id)"
        )
    for name, columns, where in _INDEXES:
        op.create_index(
            name, "comment", columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where)
        )
    op.add_column("page", sa.Column("newest_id", sa.Uuid(), nullable=True))
    op.create_index("ix_page_site_id_newest_id", "page", ["site_id", "newest_id"])
    op.create_index("ix_page_thread_id_newest_id", "page", ["thread_id", "newest_id"])
    op.create_table(
        "flag",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("comment_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("reporter", sa.LargeBinary(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(f"reason IN ({_REASONS})", name=op.f("ck_flag_reason")),
        sa.ForeignKeyConstraint(["comment_id"], ["comment.id"], name=op.f("fk_flag_comment_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_flag_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flag")),
        sa.UniqueConstraint("comment_id", "reporter", name=op.f("uq_flag_comment_id_reporter")),
    )
    where = sa.text("resolved_at IS NULL")
    op.create_index("ix_flag_open", "flag", ["site_id", "comment_id"], sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    op.drop_table("flag")
    op.drop_index("ix_page_thread_id_newest_id", "page")
    op.drop_index("ix_page_site_id_newest_id", "page")
    op.drop_column("page", "newest_id")
    for name, _, _ in reversed(_INDEXES):
        op.drop_index(name, "comment")
    if _on_postgresql():
        op.drop_constraint(op.f("fk_comment_staff_id"), "comment", type_="foreignkey")
    op.drop_column("comment", "staff_id")
    _set_checks(before=1, after=0)


def _set_checks(*, before: int, after: int) -> None:
    """Rows of the log are neither changed nor read anew: the chains stay as they are."""
    if _on_postgresql():
        for column, lists in _CHECKS.items():
            name = f"ck_decision_{column}"
            op.drop_constraint(op.f(name), "decision", type_="check")
            op.execute(f"ALTER TABLE decision ADD CONSTRAINT {name} CHECK ({column} IN ({lists[after]})) NOT VALID")
            op.execute(f"ALTER TABLE decision VALIDATE CONSTRAINT {name}")
        return
    # SQLite cannot change a CHECK: the table is made anew from its own statement, with its indexes and triggers.
    bind = op.get_bind()
    stored = bind.execute(sa.text("SELECT type, sql FROM sqlite_schema WHERE tbl_name = 'decision' AND sql NOT NULL"))
    statements = [(kind, statement) for kind, statement in stored]
    table = next(statement for kind, statement in statements if kind == "table")
    for column, lists in _CHECKS.items():
        changed = table.replace(f"{column} IN ({lists[before]})", f"{column} IN ({lists[after]})")
        assert changed != table, column
        table = changed
    # The new table refers to itself; renaming it takes that along. Two spellings: SQLite quotes a renamed table.
    for spelt in ("CREATE TABLE decision (", 'CREATE TABLE "decision" ('):
        table = table.replace(spelt, "CREATE TABLE decision_new (")
    for spelt in ("REFERENCES decision (", 'REFERENCES "decision" ('):
        table = table.replace(spelt, "REFERENCES decision_new (")
    op.execute(table)
    op.execute("INSERT INTO decision_new SELECT * FROM decision")
    op.drop_table("decision")
    op.rename_table("decision_new", "decision")
    for kind, statement in statements:
        if kind != "table":
            op.execute(statement)


def _on_postgresql() -> bool:
    return bool(op.get_bind().dialect.name == "postgresql")
