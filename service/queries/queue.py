"""The queue: a question over comments, not a table. A page of it is a walk along an index, from where the page before
ended; what no index can pick out is looked for on the way, over no more than ``WALK`` comments a page.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, literal, select, tuple_
from sqlalchemy.orm import Session

from service.domain.desk import VIEWS, Ask
from service.domain.ids import first_id_at
from service.domain.moderation import Status
from service.queries import marks
from service.queries.cards import Card, cards_of
from service.queries.marks import Mark
from service.storage import search
from service.storage.comments import Comment
from service.storage.findings import Finding
from service.storage.flags import Flag
from service.storage.revisions import Revision
from service.storage.staff import Moderator
from service.storage.threads import Thread

PAGE_SIZE = 25
COUNT_CAP = 10_000
WALK = 5_000
#: Search rows looked at before comments are asked for.
_STRIDE = 500


@dataclass(frozen=True)
class QueuePage:
    """``further``: nothing more was found so far, but there is more to look through behind ``next``."""

    cards: tuple[Card, ...]
    next: str | None
    further: bool = False


def queue_page(
    session: Session,
    site_id: UUID,
    ask: Ask,
    cursor: str | None,
    limit: int = PAGE_SIZE,
    without: Collection[UUID] = (),
) -> QueuePage:
    """One page, by keyset: what arrives or is decided meanwhile shifts nothing. ``without``: a few that are left out.

    ``MalformedError`` for a cursor of another view or order.
    """
    after = marks.read(cursor, ask)
    if ask.search or ask.author:
        found, edge = _searched(session, site_id, ask, after, limit + 1)
    else:
        found, edge = _walked(session, site_id, ask, after, limit + 1, without)
    cards = tuple(cards_of(session, site_id, [mark.id for mark in found[:limit]]))
    if len(found) > limit:
        return QueuePage(cards, marks.write(ask, found[limit - 1]))
    return QueuePage(cards, marks.write(ask, edge) if edge else None, further=edge is not None)


def among(session: Session, site_id: UUID, ask: Ask, ids: Collection[UUID]) -> set[UUID]:
    """Those of ``ids`` that are in the view and pass its filters; words are not looked for."""
    asked = [*_in_view(site_id, ask.view), *_in_index(session, site_id, ask), *_on_the_way(site_id, ask)]
    return set(session.scalars(select(Comment.id).where(Comment.site_id == site_id, Comment.id.in_(ids), *asked)))


def view_counts(session: Session, site_id: UUID) -> dict[str, int]:
    """How many comments each view holds: counted, capped at ``COUNT_CAP`` so that a flood costs no more."""
    return {view: _count(session, site_id, view) for view in VIEWS}


def _count(session: Session, site_id: UUID, view: str) -> int:
    capped = (
        select(Comment.id)
        .where(Comment.site_id == site_id, *_in_view(site_id, view))
        .limit(COUNT_CAP + 1)
        .subquery()
    )
    return session.scalar(select(func.count()).select_from(capped)) or 0


def _in_view(site_id: UUID, view: str) -> list[ColumnElement[bool]]:
    """Written as the partial indexes are, or they would not be used."""
    approved = Comment.status == literal(Status.APPROVED.value, literal_execute=True)
    if view == "all":
        return []
    if view == "opinion":
        return [Comment.opinion_by.is_not(None)]
    if view == "edits":
        return [approved, Comment.published_revision < Comment.latest_revision]
    if view == "unmoderated":
        return [approved, Comment.moderated_by.is_(None)]
    if view == "reported":
        reported = select(Flag.comment_id).where(Flag.site_id == site_id, Flag.resolved_at.is_(None))
        return [approved, Comment.id.in_(reported)]
    return [Comment.status == literal(Status(view).value, literal_execute=True)]


def _walked(
    session: Session, site_id: UUID, ask: Ask, after: Mark | None, limit: int, without: Collection[UUID]
) -> tuple[list[Mark], Mark | None]:
    """Up to ``limit`` comments behind ``after``; and where the walk ended, if it was cut off before that many."""
    walk = (
        select(Comment.id, Comment.rank)
        .where(Comment.site_id == site_id, *_in_view(site_id, ask.view), *_in_index(session, site_id, ask))
        .order_by(*_order(ask.order))
    )
    if after is not None:
        walk = walk.where(_behind(ask.order, after))
    if without:
        walk = walk.where(Comment.id.not_in(without))
    conditions = _on_the_way(site_id, ask)
    if not conditions:
        return [Mark(rank, i) for i, rank in session.execute(walk.limit(limit))], None
    seen = walk.limit(WALK).subquery()
    matched = (
        select(seen.c.id, seen.c.rank)
        .join(Comment, Comment.id == seen.c.id)
        .where(Comment.site_id == site_id, *conditions)
        .order_by(*_order(ask.order))
        .limit(limit)
    )
    found = [Mark(rank, i) for i, rank in session.execute(matched)]
    if len(found) == limit:
        return found, None
    last = session.execute(walk.offset(WALK - 1).limit(1)).first()
    return found, Mark(last.rank, last.id) if last else None


def _searched(
    session: Session, site_id: UUID, ask: Ask, after: Mark | None, limit: int
) -> tuple[list[Mark], Mark | None]:
    """As ``_walked``, along the comments in which the words occur."""
    found: list[Mark] = []
    row = after.row if after else None
    newest = ask.order == "newest"
    conditions = [*_in_view(site_id, ask.view), *_in_index(session, site_id, ask), *_on_the_way(site_id, ask)]
    for _ in range(WALK // _STRIDE):
        hits = search.hits(
            session, site_id, text=ask.search, name=ask.author, after=row, newest=newest, limit=_STRIDE
        )
        rows = {hit.comment_id: hit.row for hit in hits.found}
        kept = select(Comment.id).where(
            Comment.site_id == site_id, Comment.id.in_(list(rows)), *conditions
        )
        kept_marks = [Mark(id=i, row=rows[i]) for i in session.scalars(kept)] if rows else []
        found += sorted(kept_marks, key=lambda mark: mark.row, reverse=newest)
        if len(found) >= limit or hits.edge is None:
            return found[:limit], None
        row = hits.edge
    return found, Mark(row=row or 0)


def _in_index(session: Session, site_id: UUID, ask: Ask) -> list[ColumnElement[bool]]:
    """What an index picks out: the walk steps only on these."""
    conditions: list[ColumnElement[bool]] = []
    start, end = ask.days()
    if start:
        conditions.append(Comment.id >= first_id_at(start))
    if end:
        conditions.append(Comment.id < first_id_at(end))
    if ask.thread:
        # One that is not there finds nothing.
        found = session.scalar(select(Thread.id).where(Thread.site_id == site_id, Thread.key == ask.thread))
        conditions.append(Comment.thread_id == (found or UUID(int=0)))
    if ask.by:
        known = session.scalar(select(Moderator.id).where(Moderator.login == ask.by.casefold()))
        conditions.append(Comment.moderated_by == (known or UUID(int=0)))
    return conditions


def _on_the_way(site_id: UUID, ask: Ask) -> list[ColumnElement[bool]]:
    """What has to be looked at one by one."""
    conditions: list[ColumnElement[bool]] = []
    if ask.reason:
        conditions.append(Comment.moderated_reason == ask.reason)
    if ask.section:
        within = select(Thread.id).where(Thread.site_id == site_id, Thread.section == ask.section)
        conditions.append(Comment.thread_id.in_(within))
    if ask.language:
        conditions.append(
            select(Revision.number)
            .where(
                Revision.site_id == site_id,
                Revision.comment_id == Comment.id,
                Revision.number == Comment.latest_revision,
                Revision.language == ask.language,
            )
            .exists()
        )
    if ask.finding:
        conditions.append(
            select(Finding.id)
            .where(
                Finding.site_id == site_id,
                Finding.comment_id == Comment.id,
                Finding.revision == Comment.latest_revision,
                Finding.code == ask.finding,
            )
            .exists()
        )
    return conditions


def _order(order: str) -> tuple[ColumnElement[Any], ...]:
    if order == "priority":
        return Comment.rank.asc(), Comment.id.asc()
    return (Comment.id.asc() if order == "oldest" else Comment.id.desc(),)


def _behind(order: str, after: Mark) -> ColumnElement[bool]:
    if order == "priority":
        return tuple_(Comment.rank, Comment.id) > tuple_(after.rank, after.id)
    return Comment.id > after.id if order == "oldest" else Comment.id < after.id
