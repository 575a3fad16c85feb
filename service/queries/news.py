"""What has changed on a site's desk since a moderator last asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.queries.history import DecisionView, view_of
from service.storage.comments import Comment
from service.storage.decisions import Decision

#: Decisions told at once; who was away longer loads the page anew.
MOST = 200
#: Told once more, in the ids' milliseconds: a decision made just before another may be committed just after it.
_OVERLAP = 5_000 << 80


def mark_of(session: Session, site_id: UUID) -> str:
    """Changes with every comment and decision of the site; two looks at the end of an index."""
    newest = (
        session.scalar(select(kind.id).where(kind.site_id == site_id).order_by(kind.id.desc()).limit(1))
        for kind in (Decision, Comment)
    )
    return "-".join(found.hex if found else "0" for found in newest)


@dataclass(frozen=True)
class News:
    decided: Sequence[DecisionView]
    #: More has been decided than is told.
    cut: bool


def news_since(session: Session, site_id: UUID, mark: str) -> News:
    """What was decided since ``mark_of`` gave ``mark``, or a little before, oldest first; nothing for no mark."""
    try:
        since = UUID(int=max(0, int(mark.partition("-")[0], 16) - _OVERLAP))
    except ValueError:
        return News((), cut=False)
    rows = session.scalars(
        select(Decision)
        .where(Decision.site_id == site_id, Decision.id > since)
        .order_by(Decision.id)
        .limit(MOST + 1)
    ).all()
    return News([view_of(row) for row in rows[:MOST]], cut=len(rows) > MOST)
