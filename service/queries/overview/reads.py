"""The statements of an overview: each a range of an index, none longer than ``limit`` rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Select, Subquery, and_, func, literal, select, union_all
from sqlalchemy.orm import Session

from service.domain.ids import first_id_at, moment_of
from service.domain.moderation import Status
from service.queries.overview.facts import Act, Arrival, Found
from service.queries.queue import COUNT_CAP
from service.storage.comments import Comment
from service.storage.decisions import Decision
from service.storage.findings import Finding
from service.storage.threads import Thread

T = TypeVar("T", Arrival, Act)
#: What of a decision is read.
READ = (
    Decision.id, Decision.subject_id, Decision.action, Decision.from_status, Decision.to_status, Decision.version,
    Decision.actor_kind, Decision.actor_id, Decision.actor_label, Decision.undoes, Decision.at,
)


def newest(site_id: UUID, since: datetime, limit: int) -> Subquery:
    """The site's last comments. Each status is a range of its own in the index, so that neither another site's
    comments nor those before ``since`` are touched.
    """
    ranges = [
        select(
            Comment.id, Comment.thread_id, Comment.status, Comment.staff_id, Comment.created_at, Comment.latest_revision
        )
        .where(
            Comment.site_id == site_id,
            Comment.status == literal(status.value, literal_execute=True),
            Comment.id >= first_id_at(since),
        )
        .order_by(Comment.id.desc())
        .limit(limit)
        .subquery()
        for status in Status
    ]
    merged = union_all(*(select(one) for one in ranges)).subquery()
    return select(merged).order_by(merged.c.id.desc()).limit(limit).subquery("newest")


def arrivals(site_id: UUID, since: datetime, limit: int) -> Select[Any]:
    """The last comments, newest first; one more than ``limit`` where there are more.

    The section is looked up row by row: asked to join, PostgreSQL may think of reading a whole table instead.
    """
    last = newest(site_id, since, limit + 1)
    section = select(Thread.section).where(Thread.id == last.c.thread_id, Thread.site_id == site_id).scalar_subquery()
    return select(last, section.label("section")).order_by(last.c.id.desc())


def acts(site_id: UUID, since: datetime, limit: int) -> Select[*tuple[Any, ...]]:
    """The last rows of the log, newest first; one more than ``limit`` where there are more. Whose the comment is
    that they are about is looked up row by row, as above.
    """
    writer = select(Comment.staff_id).where(Comment.id == Decision.subject_id, Comment.site_id == site_id)
    return (
        select(*READ, writer.scalar_subquery().label("writer"))
        .where(Decision.site_id == site_id, Decision.id >= first_id_at(since), Decision.subject_kind == "comment")
        .order_by(Decision.id.desc())
        .limit(limit + 1)
    )


def findings(site_id: UUID, since: datetime, limit: int) -> Select[str, str, int]:
    """By code and status, the comments of ``arrivals`` whose latest text a check has spoken of."""
    last = newest(site_id, since, limit).c
    return (
        select(Finding.code, last.status, func.count(last.id.distinct()))
        .join(
            Finding,
            and_(
                Finding.comment_id == last.id,
                Finding.revision == last.latest_revision,
                Finding.site_id == site_id,
                # Known from the above, and said so that no plan begins with all there ever was.
                Finding.comment_id >= first_id_at(since),
            ),
        )
        .where(last.staff_id.is_(None), last.created_at >= since)
        .group_by(Finding.code, last.status)
        .order_by(Finding.code, last.status)
    )


def read_arrivals(session: Session, site_id: UUID, since: datetime, limit: int) -> tuple[list[Arrival], datetime]:
    """The arrivals since then, and from when on none is missing. What was imported keeps its old date."""
    found = [
        Arrival(r.id, r.thread_id, r.section or "", r.status, r.staff_id is not None, r.created_at)
        for r in session.execute(arrivals(site_id, since, limit))
    ]
    return _complete(found, since, limit)


def read_acts(session: Session, site_id: UUID, since: datetime, limit: int) -> tuple[list[Act], datetime]:
    """The same for decisions."""
    found = [
        Act(
            r.id, r.subject_id, r.action, r.from_status, r.to_status, r.actor_kind, r.actor_id, r.actor_label,
            r.undoes, r.writer is not None and r.version == 1, r.at,
        )
        for r in session.execute(acts(site_id, since, limit))
    ]
    return _complete(found, since, limit)


def read_findings(session: Session, site_id: UUID, since: datetime, limit: int) -> list[Found]:
    return [Found(code, status, count) for code, status, count in session.execute(findings(site_id, since, limit))]


def count_pending(session: Session, site_id: UUID) -> int:
    """How many wait, up to one more than the cap."""
    capped = _pending(site_id).limit(COUNT_CAP + 1).subquery()
    return session.scalar(select(func.count()).select_from(capped)) or 0


def find_oldest_pending(session: Session, site_id: UUID) -> datetime | None:
    oldest = _pending(site_id).order_by(Comment.id).limit(1).subquery()
    return session.scalar(
        select(Comment.created_at).join(oldest, oldest.c.id == Comment.id).where(Comment.site_id == site_id)
    )


def list_titles(session: Session, site_id: UUID, ids: Sequence[UUID]) -> dict[UUID, str]:
    """What each thread is called: its title, else its key."""
    rows = session.execute(
        select(Thread.id, Thread.title, Thread.key).where(Thread.site_id == site_id, Thread.id.in_(ids))
    )
    return {thread: title or key for thread, title, key in rows}


def _pending(site_id: UUID) -> Select[UUID]:
    waits = Comment.status == literal(Status.PENDING.value, literal_execute=True)
    return select(Comment.id).where(Comment.site_id == site_id, waits)


def _complete(found: list[T], since: datetime, limit: int) -> tuple[list[T], datetime]:
    """Without what is older than the window, and without the one row too many that says there are more. Ids made in
    the millisecond of the last one that is kept may be missing.
    """
    kept = [one for one in found[:limit] if one.at >= since]
    if len(found) <= limit:
        return kept, since
    return kept, max(since, moment_of(found[limit - 1].id) + timedelta(milliseconds=1))
