"""Whether the decision log is as it was written: every chain walked, every comment held against the end of its own.

Read a batch at a time in the order of the chains, each batch one statement and so one state of the database: a newsroom
that goes on deciding meanwhile raises no alarm, and a million rows take no more memory than a thousand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import exists, func, literal, select, tuple_
from sqlalchemy.orm import Session

from service.domain.moderation import Status
from service.storage.comments import Comment
from service.storage.decisions import GENESIS, Decision, chain_hash
from service.storage.uow import Reader

BATCH = 1_000
_COLUMNS = Decision.__table__.columns
Progress = Callable[[int], None]


@dataclass(frozen=True)
class Fault:
    """The first row that does not fit. ``decision``: that row, or the last that is left when what follows it is not
    right, or none when none is left. ``what`` is one of ``unreadable hash link version before comment_missing
    comment_site comment_version comment_status comment_published no_decision``.
    """

    site: UUID
    subject: UUID
    decision: UUID | None
    what: str


@dataclass(frozen=True)
class Audit:
    decisions: int
    chains: int
    fault: Fault | None


def count_decisions(session: Session, site_id: UUID | None) -> int:
    """How many there are to walk; of all sites without one."""
    asked = select(func.count()).select_from(Decision)
    return session.scalar(asked.where(Decision.site_id == site_id) if site_id else asked) or 0


def verify(reader: Reader, site_id: UUID | None, progress: Progress = lambda rows: None) -> Audit:
    """Walks every chain, of one site or of all, up to the first fault. ``progress`` is told the rows of every batch."""
    seen = chains = 0
    before: Any = None
    place = 0
    for rows in _walk(reader):
        rows = [row for row in rows if site_id in (None, row.site_id)]
        for row in rows:
            if before is not None and row.subject_id != before.subject_id:
                if fault := _end(before, place):
                    return Audit(seen, chains, fault)
                before, place = None, 0
            chains += before is None
            if what := _misfit(row, before, place):
                return Audit(seen, chains, Fault(row.site_id, row.subject_id, row.id, what))
            before, place, seen = row, place + 1, seen + 1
        progress(len(rows))
    fault = before and _end(before, place)
    return Audit(seen, chains, fault or _undecided(reader, site_id))


def _misfit(row: Any, before: Any, place: int) -> str | None:
    """What does not fit in the row that has ``place`` rows before it in its chain."""
    if row.unreadable:
        return "unreadable"
    if row.hash != chain_hash(row):
        return "hash"
    if row.prev_hash != (before.hash if before else GENESIS):
        return "link"
    # Every text and every decision raises the version by one, and nothing else does.
    if row.version != row.revision + place or row.version_after != row.version + 1:
        return "version"
    stood = (before.to_status, before.published_after) if before else (Status.PENDING, None)
    return None if (row.from_status, row.published_before) == stood else "before"


def _end(last: Any, place: int) -> Fault | None:
    """What does not fit between the last row of a chain and the comment as it stands."""
    what = None
    if last.comment_site is None:
        what = "comment_missing"
    elif last.comment_site != last.site_id:
        what = "comment_site"
    elif last.comment_version != last.comment_revision + place:
        what = "comment_version"
    elif last.comment_status != last.to_status:
        what = "comment_status"
    elif last.comment_published != last.published_after:
        what = "comment_published"
    return Fault(last.site_id, last.subject_id, last.id, what) if what else None


def _undecided(reader: Reader, site_id: UUID | None) -> Fault | None:
    """The first comment that something was decided about, without a decision that is left."""
    after = UUID(int=0)
    while rows := reader.run(lambda session, last=after: _comments(session, last)):  # type: ignore[misc]
        for row in rows:
            stands = (row.status, row.published_revision, row.version)
            fresh = stands == (Status.PENDING, None, row.latest_revision)
            if not row.decided and not fresh and site_id in (None, row.site_id):
                return Fault(row.site_id, row.id, None, "no_decision")
        after = rows[-1].id
    return None


def _walk(reader: Reader) -> Iterator[Sequence[Any]]:
    key = (UUID(int=0), 0)
    while rows := _batch(reader, key):
        yield rows
        key = (rows[-1].subject_id, rows[-1].version_after)


def _batch(reader: Reader, after: tuple[UUID, int]) -> Sequence[Any]:
    """The next rows; one by one where there is one among them that cannot be read: SQLite keeps in a column of times
    whatever is put there.
    """
    for limit in (BATCH, 1):
        with suppress(ValueError):
            return reader.run(lambda session, most=limit: _chained(session, after, most))  # type: ignore[misc]
    return reader.run(lambda session: _bare(session, after))


def _chained(session: Session, after: tuple[UUID, int], limit: int) -> Sequence[Any]:
    """Rows of all sites in the order of their chains, each with its comment as it stands.

    The index that serves this order begins with the subject and knows no site; the caller leaves out what it has
    not asked for.
    """
    return session.execute(
        select(
            *_COLUMNS,
            literal(False).label("unreadable"),
            Comment.site_id.label("comment_site"),
            Comment.version.label("comment_version"),
            Comment.latest_revision.label("comment_revision"),
            Comment.status.label("comment_status"),
            Comment.published_revision.label("comment_published"),
        )
        .outerjoin(Comment, Comment.id == Decision.subject_id)
        .where(tuple_(Decision.subject_id, Decision.version_after) > tuple_(*after))
        .order_by(Decision.subject_id, Decision.version_after)
        .limit(limit)
    ).all()


def _bare(session: Session, after: tuple[UUID, int]) -> Sequence[Any]:
    """Which row it is that cannot be read."""
    place = (Decision.subject_id, Decision.version_after)
    return session.execute(
        select(*place, Decision.site_id, Decision.id, literal(True).label("unreadable"))
        .where(tuple_(*place) > tuple_(*after))
        .order_by(*place)
        .limit(1)
    ).all()


def _comments(session: Session, after: UUID) -> Sequence[Any]:
    return session.execute(
        select(
            Comment.id,
            Comment.site_id,
            Comment.status,
            Comment.version,
            Comment.latest_revision,
            Comment.published_revision,
            exists().where(Decision.subject_id == Comment.id).label("decided"),
        )
        .where(Comment.id > after)
        .order_by(Comment.id)
        .limit(BATCH)
    ).all()
