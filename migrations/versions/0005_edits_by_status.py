"""The index of edits that wait begins like the one it competes with; else SQLite reads all that is published."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_NAME = "ix_comment_edit_waiting"
_WHERE = "status = 'approved' AND published_revision < latest_revision"


def upgrade() -> None:
    _index("site_id", "status", "id")


def downgrade() -> None:
    _index("site_id", "id")


def _index(*columns: str) -> None:
    op.drop_index(_NAME, table_name="comment")
    op.create_index(
        _NAME, "comment", list(columns), sqlite_where=sa.text(_WHERE), postgresql_where=sa.text(_WHERE)
    )
