"""The lane in which a site's model publishes by itself: when it was opened and closed and why, and what became of each
comment that came into it. The history only grows; nothing in it is a reader's.
"""

from __future__ import annotations

import struct
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    Boolean,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    and_,
    exists,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from service.domain.moderation import Status
from service.storage.base import Base
from service.storage.comments import Comment
from service.storage.revisions import Revision
from service.storage.submissions import one_at_a_time
from service.storage.types import UtcDateTime

REFUSED = (Status.REJECTED.value, Status.SPAM.value)
#: No further is counted.
COUNTED = 10_000


class LaneChange(Base):
    """``percent`` and ``audit``: in a hundred, how many may be wrong and how many moderators look at. ``wrong`` of
    ``judged``: of what decided comments it was opened, or what had been found since when it was closed. ``label``: who
    did it, as printed in the log; nobody, when it closed by itself.
    """

    __tablename__ = "lane_change"
    __table_args__ = (Index(None, "site_id", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))
    open: Mapped[bool] = mapped_column(Boolean)
    percent: Mapped[int] = mapped_column(SmallInteger)
    audit: Mapped[int] = mapped_column(SmallInteger)
    wrong: Mapped[int] = mapped_column(Integer)
    judged: Mapped[int] = mapped_column(Integer)
    label: Mapped[str | None] = mapped_column(String(100))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class LaneCase(Base):
    """A comment that came into the lane while ``opened_by`` was its last change: ``audited`` waits for a moderator, any
    other was published.
    """

    __tablename__ = "lane_case"
    __table_args__ = (Index(None, "opened_by", "audited", "comment_id"),)

    comment_id: Mapped[UUID] = mapped_column(ForeignKey("comment.id"), primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))
    opened_by: Mapped[UUID] = mapped_column(ForeignKey("lane_change.id"))
    audited: Mapped[bool] = mapped_column(Boolean)


@dataclass(frozen=True)
class Case:
    """An audited comment as it is now. ``rewritten``: by its author; ``redacted``: a moderator took words out."""

    comment: UUID
    status: str
    rewritten: bool
    redacted: bool
    created_at: datetime


@dataclass(frozen=True)
class Published:
    """Of the newest ``COUNTED`` that the model published: how many moderators took down since, and how many their
    authors took back or rewrote.
    """

    count: int
    taken_down: int
    taken_back: int


def find_last(session: Session, site_id: UUID) -> LaneChange | None:
    return session.scalar(
        select(LaneChange).where(LaneChange.site_id == site_id).order_by(LaneChange.id.desc()).limit(1)
    )


def find_open(session: Session, site_id: UUID) -> LaneChange | None:
    """How it was opened; ``None`` while it is closed."""
    last = find_last(session, site_id)
    return last if last is not None and last.open else None


def find_broken(session: Session, site_id: UUID) -> LaneChange | None:
    """When it last closed by itself."""
    return session.scalar(
        select(LaneChange)
        .where(LaneChange.site_id == site_id, LaneChange.open.is_(False), LaneChange.label.is_(None))
        .order_by(LaneChange.id.desc())
        .limit(1)
    )


def list_last(session: Session, site_id: UUID, limit: int) -> Sequence[LaneChange]:
    """The newest first."""
    return session.scalars(
        select(LaneChange).where(LaneChange.site_id == site_id).order_by(LaneChange.id.desc()).limit(limit)
    ).all()


def lock(session: Session, site_id: UUID) -> None:
    """Nobody else opens or closes it until the transaction ends."""
    one_at_a_time(session, struct.pack("<q", _key(site_id)))


def list_audited(session: Session, change: LaneChange, limit: int) -> Sequence[Case]:
    """The newest first."""
    redacted = exists().where(
        Revision.site_id == change.site_id,
        Revision.comment_id == LaneCase.comment_id,
        Revision.redacted_by.is_not(None),
    )
    rows = session.execute(
        select(Comment.id, Comment.status, Comment.latest_revision > 1, redacted, Comment.created_at)
        .join(LaneCase, LaneCase.comment_id == Comment.id)
        .where(LaneCase.opened_by == change.id, LaneCase.site_id == change.site_id, LaneCase.audited)
        .order_by(LaneCase.comment_id.desc())
        .limit(limit)
    )
    return [Case(*row) for row in rows]


def count_published(session: Session, change: LaneChange) -> Published:
    newest = (
        select(LaneCase.comment_id)
        .where(LaneCase.opened_by == change.id, LaneCase.site_id == change.site_id, LaneCase.audited.is_(False))
        .order_by(LaneCase.comment_id.desc())
        .limit(COUNTED)
        .subquery()
    )
    gone = Comment.status.in_([Status.WITHDRAWN.value, Status.ERASED.value])
    # Who takes back what was refused keeps the reason.
    refused = or_(Comment.status.in_(REFUSED), and_(gone, Comment.moderated_reason.is_not(None)))
    counts = select(
        func.count(),
        func.count().filter(Comment.moderated_by.is_not(None), refused),
        func.count().filter(or_(gone, Comment.latest_revision > 1)),
    )
    return Published(*session.execute(counts.join_from(newest, Comment, Comment.id == newest.c.comment_id)).one())


def audited_of(session: Session, site_id: UUID, comments: Collection[UUID]) -> set[UUID]:
    """Which of these moderators are to look at without a word of what the model thinks."""
    return set(
        session.scalars(
            select(LaneCase.comment_id).where(
                LaneCase.site_id == site_id, LaneCase.comment_id.in_(comments), LaneCase.audited
            )
        )
    )


def share(session: Session, site_id: UUID) -> None:
    """Nobody opens or closes it until the transaction ends; others may do the same."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock_shared(_key(site_id))))


def _key(site_id: UUID) -> int:
    return int(struct.unpack("<q", b"a" + site_id.bytes[9:])[0])
