"""The record of a site: what was decided, newest first, by whom one asks for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, not_, or_, select
from sqlalchemy.orm import Session, aliased

from service.domain.ids import first_id_at
from service.domain.moderation import READERS
from service.queries.cursors import cursor_after, read_cursor
from service.queries.history import DecisionView, view_of
from service.storage.comments import Comment
from service.storage.decisions import Decision
from service.storage.revisions import Revision
from service.storage.staff import Membership, Moderator

PAGE_SIZE = 25
#: Rows a request may walk; where few of them are wanted it says so and goes on from there when asked.
WALK = 5_000
_MARK = b"d"


@dataclass(frozen=True)
class Asked:
    """What of the record is wanted; what is ``None`` is not asked for. ``first`` and ``last`` are days, UTC."""

    actor: UUID | None = None
    action: str | None = None
    first: date | None = None
    last: date | None = None
    batch: UUID | None = None


@dataclass(frozen=True)
class Together:
    """The decisions of one batch that did the same. ``undoable``: how many have nothing after them. ``reason`` and
    ``before`` where all have the same.
    """

    batch: UUID
    count: int
    undoable: int
    reason: str | None
    before: str | None


@dataclass(frozen=True)
class Entry:
    """A decision with the text it judged. ``undoable``: nothing has happened to the comment since, and it is no act of
    its author's. ``together`` stands for all of a batch that did the same; the decision is the newest of them.
    """

    decision: DecisionView
    name: str
    text: str
    direction: str
    undoable: bool
    undone: DecisionView | None
    together: Together | None


@dataclass(frozen=True)
class RecordPage:
    """``searched``: the page ends because ``WALK`` rows were read, not because it is full."""

    entries: tuple[Entry, ...]
    next: str | None
    searched: bool


def record_page(
    session: Session, site_id: UUID, asked: Asked, cursor: str | None, limit: int = PAGE_SIZE
) -> RecordPage:
    """One page by keyset. A batch is one entry, where its newest row stands, but for who asks for that batch."""
    within = _within(site_id, asked, read_cursor(_MARK, cursor))
    floor = session.scalar(
        select(Decision.id).where(*within).order_by(Decision.id.desc()).offset(WALK - 1).limit(1)
    )
    wanted = [*within, *_wanted(asked), *([Decision.id >= floor] if floor else [])]
    rows = _rows(session, site_id, wanted, limit + 1)
    more = len(rows) > limit
    last = rows[limit - 1][0].id if more else floor
    shown = rows[:limit]
    groups = {} if asked.batch else _together(session, site_id, {r[0].batch for r in shown if r[0].batch})
    entries = tuple(_entry(row, groups.get((row[0].batch, row[0].action))) for row in shown)
    return RecordPage(entries, cursor_after(_MARK, last) if last else None, not more and floor is not None)


def people_of(session: Session, site_id: UUID) -> Sequence[tuple[UUID, str]]:
    """Who works for the site, by name."""
    rows = session.execute(
        select(Moderator.id, Moderator.name)
        .join(Membership, Membership.moderator_id == Moderator.id)
        .where(Membership.site_id == site_id)
        .order_by(Moderator.name, Moderator.id)
    )
    return [(row.id, row.name) for row in rows]


def _within(site_id: UUID, asked: Asked, before: UUID | None) -> list[ColumnElement[bool]]:
    """What an index answers."""
    conditions = [Decision.site_id == site_id]
    if asked.batch:
        conditions.append(Decision.batch == asked.batch)
    if asked.actor:
        conditions.append(Decision.actor_id == asked.actor)
    if asked.first:
        conditions.append(Decision.id >= first_id_at(_midnight(asked.first)))
    if asked.last:
        conditions.append(Decision.id < first_id_at(_midnight(asked.last) + timedelta(days=1)))
    if before:
        conditions.append(Decision.id < before)
    return conditions


def _wanted(asked: Asked) -> list[ColumnElement[bool]]:
    """What is looked at row by row."""
    conditions = [Decision.action == asked.action] if asked.action else []
    if asked.batch is None:
        newer = aliased(Decision)
        later = exists().where(
            newer.batch == Decision.batch, newer.id > Decision.id, newer.action == Decision.action
        )
        conditions.append(or_(Decision.batch.is_(None), not_(later)))
    return conditions


def _rows(
    session: Session, site_id: UUID, wanted: Sequence[ColumnElement[bool]], limit: int
) -> Sequence[Any]:
    undone = aliased(Decision)
    return session.execute(
        select(Decision, Comment, Revision, undone)
        .outerjoin(Comment, Comment.id == Decision.subject_id)
        .outerjoin(
            Revision, and_(Revision.comment_id == Decision.subject_id, Revision.number == Decision.revision)
        )
        .outerjoin(undone, undone.id == Decision.undoes)
        .where(Decision.site_id == site_id, *wanted)
        .order_by(Decision.id.desc())
        .limit(limit)
    ).all()


def _together(
    session: Session, site_id: UUID, batches: set[UUID]
) -> dict[tuple[UUID | None, str], Together]:
    """Of every batch and action with more than one row; no statement when there is no batch."""
    if not batches:
        return {}
    reason, before = Decision.reason, Decision.from_status
    rows = session.execute(
        select(
            Decision.batch,
            Decision.action,
            func.count().label("number"),
            func.count().filter(Comment.version == Decision.version_after).label("undoable"),
            func.min(reason).label("reason"),
            func.max(reason).label("other_reason"),
            func.min(before).label("before"),
            func.max(before).label("other_before"),
        )
        .join(Comment, Comment.id == Decision.subject_id)
        .where(Decision.site_id == site_id, Decision.batch.in_(batches))
        .group_by(Decision.batch, Decision.action)
    )
    return {
        (row.batch, row.action): Together(
            row.batch,
            row.number,
            row.undoable,
            row.reason if row.reason == row.other_reason else None,
            row.before if row.before == row.other_before else None,
        )
        for row in rows
        if row.number > 1
    }


def _entry(row: Any, together: Together | None) -> Entry:
    decision, comment, revision, undone = row
    untouched = comment is not None and comment.version == decision.version_after
    return Entry(
        decision=view_of(decision),
        name=revision.name if revision else "",
        text=revision.source if revision else "",
        direction=revision.direction if revision else "auto",
        undoable=untouched and decision.action not in READERS,
        undone=view_of(undone) if undone else None,
        together=together,
    )


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
