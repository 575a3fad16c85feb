"""The queue's views: what is in them, and how much.

Counting what is far beyond the cap, at every page and every piece of news, would be most of what the desk costs a large
paper. So it is remembered when a view was last seen to hold ``SLACK`` more than the cap: nothing leaves a view but by a
decision, each decision takes out one comment, and until the site has made ``SLACK`` of them the view needs no counting.
What is told is the same as if it were counted.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlalchemy import ColumnElement, func, literal, select, true
from sqlalchemy.orm import Session

from service.domain.desk import VIEWS
from service.domain.ids import SETTLED
from service.domain.moderation import Status
from service.storage.comments import Comment
from service.storage.decisions import Decision
from service.storage.queue_indexes import index_of

COUNT_CAP = 10_000
SLACK = 1_000
#: Whoever asked for a second opinion may take that back, and no decision tells of it.
_UNTOLD = frozenset({"opinion"})
#: In the ids' milliseconds: a decision may be committed after one that was made later.
_OVERLAP = int(SETTLED.total_seconds() * 1000) << 80
#: By database and site: since which decision each view is known to have been so full.
_FULL: WeakKeyDictionary[Any, dict[UUID, dict[str, UUID]]] = WeakKeyDictionary()


def view_counts(session: Session, site_id: UUID) -> dict[str, int]:
    """How many comments each view holds, at most ``COUNT_CAP`` + 1."""
    full = _FULL.setdefault(session.get_bind(), {}).setdefault(site_id, {})
    # Other threads add to it and clear it.
    known = dict(full)
    if known and _decided_since(session, site_id, min(known.values())) >= SLACK:
        full.clear()
        known = {}
    counted = _count(session, site_id, [view for view in VIEWS if view not in known]) if len(known) < len(VIEWS) else {}
    return {view: COUNT_CAP + 1 if view in known else min(counted[view], COUNT_CAP + 1) for view in VIEWS}


def in_view(site_id: UUID, view: str) -> list[ColumnElement[bool]]:
    """Written as the partial indexes are, or they would not be used."""
    approved = Comment.status == literal(Status.APPROVED.value, literal_execute=True)
    if view == "all":
        return []
    if view == "opinion":
        return [Comment.opinion_by.is_not(None)]
    if view == "edits":
        more_than_one = Comment.latest_revision > literal(1, literal_execute=True)
        return [approved, Comment.published_revision < Comment.latest_revision, more_than_one]
    if view == "unmoderated":
        return [approved, Comment.moderated_by.is_(None)]
    if view == "reported":
        return [approved, Comment.reported == true()]
    return [Comment.status == literal(Status(view).value, literal_execute=True)]


def _count(session: Session, site_id: UUID, views: list[str]) -> dict[str, int]:
    """In one statement; and remembers what is full."""
    # Before the views are counted: what is decided meanwhile must not be missed later.
    mark = _newest(session, site_id)
    most = COUNT_CAP + SLACK + 1
    asked = [
        select(func.count())
        .select_from(
            select(Comment.id)
            .with_hint(Comment, f"INDEXED BY {index_of(view, False)}", "sqlite")
            .where(Comment.site_id == site_id, *in_view(site_id, view))
            .limit(most if view not in _UNTOLD else COUNT_CAP + 1)
            .subquery()
        )
        .scalar_subquery()
        for view in views
    ]
    counted = dict(zip(views, session.execute(select(*asked)).one(), strict=True))
    _FULL[session.get_bind()][site_id].update({view: mark for view in views if counted[view] == most})
    return counted


def _newest(session: Session, site_id: UUID) -> UUID:
    """No decision that is not yet seen has a lower id than this."""
    newest = session.scalar(
        select(Decision.id).where(Decision.site_id == site_id).order_by(Decision.id.desc()).limit(1)
    )
    return UUID(int=max(0, newest.int - _OVERLAP) if newest else 0)


def _decided_since(session: Session, site_id: UUID, mark: UUID) -> int:
    since = select(Decision.id).where(Decision.site_id == site_id, Decision.id > mark).limit(SLACK).subquery()
    return session.scalar(select(func.count()).select_from(since)) or 0
