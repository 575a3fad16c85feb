"""Pages built before 0003 learn which of their comments is the newest; the ids stand in their content."""

from __future__ import annotations

import json
from uuid import UUID

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_PAGE = sa.table("page", sa.column("id", sa.Uuid()), sa.column("content"), sa.column("newest_id", sa.Uuid()))


def upgrade() -> None:
    bind = op.get_bind()
    last = UUID(int=0)
    while True:
        rows = bind.execute(
            sa.select(_PAGE.c.id, _PAGE.c.content)
            .where(_PAGE.c.newest_id.is_(None), _PAGE.c.id > last)
            .order_by(_PAGE.c.id)
            .limit(100)
        ).all()
        if not rows:
            return
        for page_id, content in rows:
            newest = max((UUID(c["id"]) for c in json.loads(content)), default=None)
            bind.execute(sa.update(_PAGE).where(_PAGE.c.id == page_id).values(newest_id=newest))
        last = rows[-1].id


def downgrade() -> None:
    """The column goes with 0003."""
