"""Every view of the queue in every order, along an index; whether a comment has open reports stands in its own row."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_BY = "moderated_by IS NOT NULL"
_EDIT = "status = 'approved' AND published_revision < latest_revision"
_REPORTED = "status = 'approved' AND reported"
_INDEXES = (
    ("ix_comment_site_id_rank_id", ["site_id", "rank", "id"], None),
    ("ix_comment_site_id_thread_id_id", ["site_id", "thread_id", "id"], None),
    ("ix_comment_pending_in_thread", ["site_id", "thread_id", "status", "rank", "id"], "status = 'pending'"),
    ("ix_comment_decided_by", ["site_id", "moderated_by", "id"], _BY),
    ("ix_comment_decided_by_status", ["site_id", "moderated_by", "status", "id"], _BY),
    (
        "ix_comment_unmoderated_rank",
        ["site_id", "status", "moderated_by", "rank", "id"],
        "status = 'approved' AND moderated_by IS NULL",
    ),
    ("ix_comment_opinion_rank", ["site_id", "rank", "id"], "opinion_by IS NOT NULL"),
    ("ix_comment_reported", ["site_id", "status", "reported", "id"], _REPORTED),
    ("ix_comment_reported_rank", ["site_id", "status", "reported", "rank", "id"], _REPORTED),
    ("ix_comment_edit_waiting_rank", ["site_id", "status", "rank", "id"], f"{_EDIT} AND latest_revision > 1"),
)
#: The two of decisions take its place.
_REPLACED = ("ix_comment_site_id_moderated_by_id", ["site_id", "moderated_by", "id"])
_SUM = ("ix_page_thread_id_site_id_comment_count", ["thread_id", "site_id", "comment_count"])


def upgrade() -> None:
    op.add_column("comment", sa.Column("reported", sa.Boolean(), server_default=sa.false(), nullable=False))
    for name, columns, where in _INDEXES:
        if where is None:
            op.create_index(name, "comment", columns)
            continue
        on_sqlite = f"{where} = 1" if where == _REPORTED else where
        op.create_index(name, "comment", columns, sqlite_where=sa.text(on_sqlite), postgresql_where=sa.text(where))
    op.drop_index(_REPLACED[0], table_name="comment")
    _edit_waiting(f"{_EDIT} AND latest_revision > 1")
    op.create_index(_SUM[0], "page", _SUM[1])
    if op.get_bind().dialect.name == "postgresql":
        # How many published comments no moderator has seen: from each alone the planner would guess far too many.
        op.execute("CREATE STATISTICS st_comment_unmoderated (mcv) ON status, moderated_by FROM comment")


def _edit_waiting(where: str) -> None:
    """How many have more than one text the planner knows; of two columns compared it supposes that a third fits."""
    op.drop_index("ix_comment_edit_waiting", table_name="comment")
    columns, condition = ["site_id", "status", "id"], sa.text(where)
    op.create_index(
        "ix_comment_edit_waiting", "comment", columns, sqlite_where=condition, postgresql_where=condition
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP STATISTICS st_comment_unmoderated")
    op.drop_index(_SUM[0], table_name="page")
    _edit_waiting(_EDIT)
    op.create_index(_REPLACED[0], "comment", _REPLACED[1])
    for name, _, _ in reversed(_INDEXES):
        op.drop_index(name, table_name="comment")
    op.drop_column("comment", "reported")
