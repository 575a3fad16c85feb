"""What came before 0006 is found by the search, bears the name of whoever decided on it, and has its urgency."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from alembic import op

from service.domain.standing import standing
from service.domain.urgency import rank
from service.text.words import indexed

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_PIECE = 500


def _table(name: str, *columns: str, **typed: Any) -> sa.TableClause:
    return sa.table(name, *(sa.column(c) for c in columns), *(sa.column(c, kind()) for c, kind in typed.items()))


_COMMENT = _table(
    "comment", "latest_revision", "version", "rank", "moderated_reason",
    id=sa.Uuid, site_id=sa.Uuid, moderated_by=sa.Uuid,
)  # fmt: skip
_REVISION = _table("revision", "number", "source", "name", comment_id=sa.Uuid)
_SEARCH = _table("search_text", "words", "names", site_id=sa.Uuid, comment_id=sa.Uuid)
_FINDING = _table("finding", "revision", "code", comment_id=sa.Uuid)
_FLAG = _table("flag", "resolved_at", comment_id=sa.Uuid)
_DECISION = _table(
    "decision", "version", "version_after", "actor_kind", "reason", "action",
    id=sa.Uuid, subject_id=sa.Uuid, actor_id=sa.Uuid, undoes=sa.Uuid,
)  # fmt: skip


def upgrade() -> None:
    bind, last = op.get_bind(), UUID(int=0)
    while rows := bind.execute(
        sa.select(_COMMENT, _REVISION.c.source, _REVISION.c.name)
        .join(
            _REVISION,
            sa.and_(_REVISION.c.comment_id == _COMMENT.c.id, _REVISION.c.number == _COMMENT.c.latest_revision),
        )
        .where(_COMMENT.c.id > last)
        .order_by(_COMMENT.c.id)
        .limit(_PIECE)
    ).all():
        _fill(bind, rows)
        last = rows[-1].id


def _fill(bind: sa.Connection, rows: Sequence[sa.Row[Any]]) -> None:
    ids = [row.id for row in rows]
    known = set(bind.scalars(sa.select(_SEARCH.c.comment_id).where(_SEARCH.c.comment_id.in_(ids))))
    chains = _by_comment(bind.execute(sa.select(_DECISION).where(_DECISION.c.subject_id.in_(ids))), "subject_id")
    found = _by_comment(bind.execute(sa.select(_FINDING).where(_FINDING.c.comment_id.in_(ids))), "comment_id")
    open_ones = sa.select(_FLAG).where(_FLAG.c.comment_id.in_(ids), _FLAG.c.resolved_at.is_(None))
    told = _by_comment(bind.execute(open_ones), "comment_id")
    for row in rows:
        # Erased: there is nothing left to be found by.
        if row.id not in known and (row.source or row.name):
            bind.execute(
                sa.insert(_SEARCH).values(
                    site_id=row.site_id,
                    comment_id=row.id,
                    words=indexed(row.source, "ar"),
                    names=indexed(row.name, "ar"),
                )
            )
        chain = sorted((d for d in chains.get(row.id, ()) if d.actor_kind != "reader"), key=lambda d: d.version_after)
        stands = standing(chain, row.version)
        by_hand = stands is not None and stands.actor_kind == "moderator"
        codes = [f.code for f in found.get(row.id, ()) if f.revision == row.latest_revision]
        bind.execute(
            sa.update(_COMMENT)
            .where(_COMMENT.c.id == row.id)
            .values(
                rank=rank(codes, len(told.get(row.id, ()))),
                moderated_by=stands.actor_id if stands and by_hand else None,
                moderated_reason=stands.reason if stands and by_hand else None,
            )
        )


def _by_comment(rows: Iterable[Any], name: str) -> dict[UUID, list[Any]]:
    found: dict[UUID, list[Any]] = {}
    for row in rows:
        found.setdefault(getattr(row, name), []).append(row)
    return found


def downgrade() -> None:
    """The columns and the search rows go with 0006."""
