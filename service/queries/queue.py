"""The queue: a question over comments, not a table. A page of it is a walk along an index, from where the page before
ended; what no index can pick out is looked for on the way, over no more than ``WALK`` comments a page.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select, true, tuple_
from sqlalchemy.orm import Session
from sqlalchemy.sql.util import ClauseAdapter

from service.domain.desk import Ask
from service.domain.ids import first_id_at
from service.queries import clusters, marks
from service.queries.cards import Card, cards_of
from service.queries.filters import Conditions, conditions, days, narrowed
from service.queries.marks import Mark
from service.queries.views import COUNT_CAP, in_view, view_counts
from service.storage import search, sites
from service.storage.comments import Comment
from service.storage.queue_indexes import index_of

__all__ = ["COUNT_CAP", "QueuePage", "queue_page", "searched", "view_counts"]
PAGE_SIZE = 25
WALK = 5_000
#: How many the first look is over, and how many times more the next: what is common is found at once.
_LOOK, _FARTHER = 200, 5
#: What is looked at on the way.
_LOOKED_AT = (
    Comment.id, Comment.rank, Comment.thread_id, Comment.latest_revision,
    Comment.moderated_by, Comment.moderated_reason, Comment.cluster_id,
)  # fmt: skip
#: Search rows of the first look, before comments are asked for. It is mostly enough for a page. Words that so many of
#: them have are common: nobody has to count how many more have them.
_GLANCE, _COMMON = 50, 2


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
    *,
    collapsed: bool = False,
) -> QueuePage:
    """One page, by keyset: what arrives or is decided meanwhile shifts nothing. ``without``: a few that are left out.
    ``collapsed``: where all that waits is asked for, one comment stands for a whole cluster.

    ``MalformedError`` for a cursor of another view or order.
    """
    after = marks.read(cursor, ask)
    if ask.search or ask.author:
        found, edge = searched(session, site_id, ask, after, limit + 1)
    else:
        whole = collapsed and ask.view == "pending" and not ask.given()
        found, edge = _walked(session, site_id, ask, after, limit + 1, without, collapsed=whole)
    cards = tuple(cards_of(session, site_id, [mark.id for mark in found[:limit]]))
    if len(found) > limit:
        return QueuePage(cards, marks.write(ask, found[limit - 1]))
    return QueuePage(cards, marks.write(ask, edge) if edge else None, further=edge is not None)


def among(session: Session, site_id: UUID, ask: Ask, ids: Collection[UUID]) -> set[UUID]:
    """Those of ``ids`` that are in the view and pass its filters; words are not looked for."""
    along, looked_at = conditions(session, site_id, ask)
    asked = [*in_view(site_id, ask.view), *along, *looked_at]
    return set(session.scalars(select(Comment.id).where(Comment.site_id == site_id, Comment.id.in_(ids), *asked)))


def _walked(
    session: Session,
    site_id: UUID,
    ask: Ask,
    after: Mark | None,
    limit: int,
    without: Collection[UUID],
    *,
    collapsed: bool,
) -> tuple[list[Mark], Mark | None]:
    """Up to ``limit`` comments behind ``after``; and where the walk ended, if it was cut off before that many."""
    along, looked_at = conditions(session, site_id, ask)
    index = index_of(ask.view, ask.order == "priority", narrowed(ask))
    walk = (
        select(Comment.id, Comment.rank)
        .with_hint(Comment, f"INDEXED BY {index}", "sqlite")
        .where(Comment.site_id == site_id, *in_view(site_id, ask.view), *along)
        .order_by(*_order(ask.order))
    )
    if without:
        walk = walk.where(Comment.id.not_in(without))
    if collapsed:
        return _one_of_each(session, site_id, walk, ask, after, limit)
    if not looked_at:
        rows = session.execute(_from(walk, ask, after).limit(limit))
        return [Mark(rank, i) for i, rank in rows], None
    found: list[Mark] = []
    for number in _looks(_LOOK):
        part = _from(walk, ask, after)
        seen = part.with_only_columns(*_LOOKED_AT).limit(number).subquery()
        # Of what was seen, and not of the comments once more: looked up again they would cost twice.
        look = ClauseAdapter(seen).traverse
        matched = select(seen.c.id, seen.c.rank).where(*(look(condition) for condition in looked_at))
        # Put in order here: the database would look at all it has seen before it gives the first.
        found += _ordered([Mark(rank, i) for i, rank in session.execute(matched)], ask.order)
        if len(found) >= limit:
            return found[:limit], None
        last = session.execute(part.offset(number - 1).limit(1)).first()
        if last is None:
            return found, None
        after = Mark(last.rank, last.id)
    return found, after


def _one_of_each(
    session: Session, site_id: UUID, walk: Select[UUID, int], ask: Ask, after: Mark | None, limit: int
) -> tuple[list[Mark], Mark | None]:
    """As ``_walked``, of each cluster the one that leads it. Without clusters it looks at no more than a page has."""
    found: list[Mark] = []
    for number in _looks(limit):
        part = _from(walk, ask, after).with_only_columns(Comment.id, Comment.rank, Comment.cluster_id)
        seen = part.limit(number).subquery()
        leads = clusters.leads(site_id, seen, by_urgency=ask.order == "priority").label("leads")
        rows = session.execute(select(seen.c.id, seen.c.rank, leads)).all()
        leading = {row.id for row in rows if row.leads}
        in_order = _ordered([Mark(row.rank, row.id) for row in rows], ask.order)
        found += [mark for mark in in_order if mark.id in leading]
        if len(found) >= limit:
            return found[:limit], None
        if len(rows) < number:
            return found, None
        after = in_order[-1]
    return found, after


def _looks(first: int) -> Iterator[int]:
    """How many each look is over, ``WALK`` in all."""
    left, look = WALK, first
    while left:
        yield min(look, left)
        left, look = left - min(look, left), look * _FARTHER


def _from(walk: Select[UUID, int], ask: Ask, after: Mark | None) -> Select[UUID, int]:
    """Where the days end and where the page before did is one bound: given two, SQLite reads all of it and sorts."""
    if ask.order == "priority":
        return walk if after is None else walk.where(_behind(ask.order, after))
    start, end = ask.days()
    first, last = first_id_at(start) if start else None, first_id_at(end) if end else None
    if after is None:
        return walk.where(*days(ask))
    if ask.order == "oldest":
        begins = Comment.id >= first if first and first > after.id else Comment.id > after.id
        return walk.where(begins, *([Comment.id < last] if last else []))
    ends = Comment.id < (min(last, after.id) if last else after.id)
    return walk.where(ends, *([Comment.id >= first] if first else []))


def _ordered(marks: list[Mark], order: str) -> list[Mark]:
    if order == "priority":
        return sorted(marks, key=lambda mark: (mark.rank, mark.id))
    return sorted(marks, key=lambda mark: mark.id, reverse=order == "newest")


def searched(
    session: Session, site_id: UUID, ask: Ask, after: Mark | None, limit: int
) -> tuple[list[Mark], Mark | None]:
    """As ``_walked``, along the comments in which the words occur."""
    found: list[Mark] = []
    row, rows, newest = after.row if after else None, dict[UUID, int](), ask.order == "newest"
    along, looked_at = conditions(session, site_id, ask)
    asked_for = [*in_view(site_id, ask.view), *days(ask), *along, *looked_at]

    def kept(comment_id: ColumnElement[UUID]) -> ColumnElement[bool]:
        # A value and no join: of each comment by its id, and of no more of them than are needed.
        asked = select(true()).where(Comment.site_id == site_id, Comment.id == comment_id, *asked_for)
        return asked.correlate_except(Comment).scalar_subquery()

    words, language = search.Words(ask.search, ask.author), sites.get(session, site_id).policy.language
    known, far = row, None
    for width in _looks(_GLANCE):
        hits = search.hits(session, site_id, words, language, after=row, newest=newest, limit=width, far=far)
        row = hits.edge
        if hits.sifted:
            found += [Mark(id=hit.comment_id, row=hit.row) for hit in hits.found]
            return found[:limit], Mark(row=row) if row is not None and len(found) < limit else None
        rows |= {hit.comment_id: hit.row for hit in hits.found}
        # What these are is asked when they may fill the page, or are all there are: mostly once.
        if row is None or len(found) + len(rows) >= limit:
            found += _kept(session, site_id, rows, asked_for, newest)
            if row is None or len(found) >= limit:
                return found[:limit], None
            known, rows = row, {}
        common = len(hits.found) >= _COMMON
        far = search.Far(known, WALK - _GLANCE, limit - len(found), kept, common)
    found += _kept(session, site_id, rows, asked_for, newest)
    return found, Mark(row=row or 0)


def _kept(session: Session, site_id: UUID, rows: dict[UUID, int], conditions: Conditions, newest: bool) -> list[Mark]:
    """Those of ``rows``, search rows by comment, that meet the conditions; in order."""
    if not rows:
        return []
    kept = select(Comment.id).where(Comment.site_id == site_id, Comment.id.in_(list(rows)), *conditions)
    return sorted((Mark(id=i, row=rows[i]) for i in session.scalars(kept)), key=lambda mark: mark.row, reverse=newest)


def _order(order: str) -> tuple[ColumnElement[Any], ...]:
    if order == "priority":
        return Comment.rank.asc(), Comment.id.asc()
    return (Comment.id.asc() if order == "oldest" else Comment.id.desc(),)


def _behind(order: str, after: Mark) -> ColumnElement[bool]:
    if order == "priority":
        return tuple_(Comment.rank, Comment.id) > tuple_(after.rank, after.id)
    return Comment.id > after.id if order == "oldest" else Comment.id < after.id
