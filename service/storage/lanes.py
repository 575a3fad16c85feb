"""The lane in which a site's model publishes by itself: when it was opened and closed and why, and what became of each
comment that came into it. The history only grows; nothing in it is a reader's.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Boolean, ForeignKey, Index, Integer, SmallInteger, String, and_, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from service.domain.moderation import Status
from service.storage.base import Base
from service.storage.comments import Comment
from service.storage.submissions import one_at_a_time
from service.storage.types import UtcDateTime

#: What a moderator may have made of a comment, and whether it was wrong to let it through.
JUDGED = {Status.APPROVED.value: False, Status.REJECTED.value: True, Status.SPAM.value: True}


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
class Cases:
    """How many were published, how many of those moderators took down since, and how many wait to be looked at."""

    published: int
    taken_down: int
    waiting: int


def find_last(session: Session, site_id: UUID) -> LaneChange | None:
    return session.scalar(
        select(LaneChange).where(LaneChange.site_id == site_id).order_by(LaneChange.id.desc()).limit(1)
    )


def find_open(session: Session, site_id: UUID) -> LaneChange | None:
    """How it was opened; ``None`` while it is closed."""
    last = find_last(session, site_id)
    return last if last is not None and last.open else None


def list_last(session: Session, site_id: UUID, limit: int) -> Sequence[LaneChange]:
    """The newest first."""
    return session.scalars(
        select(LaneChange).where(LaneChange.site_id == site_id).order_by(LaneChange.id.desc()).limit(limit)
    ).all()


def lock(session: Session, site_id: UUID) -> None:
    """Nobody else opens or closes it until the transaction ends."""
    one_at_a_time(session, b"a" + site_id.bytes[9:])


def list_audited(session: Session, change: LaneChange, limit: int) -> list[bool]:
    """Whether each that moderators have looked at was wrong, the newest first. What its author has taken back or erased
    says nothing.
    """
    statuses = session.scalars(
        select(Comment.status)
        .join(LaneCase, LaneCase.comment_id == Comment.id)
        .where(
            LaneCase.opened_by == change.id,
            LaneCase.site_id == change.site_id,
            LaneCase.audited,
            Comment.moderated_by.is_not(None),
            Comment.status.in_(JUDGED),
        )
        .order_by(LaneCase.comment_id.desc())
        .limit(limit)
    )
    return [JUDGED[status] for status in statuses]


def count_cases(session: Session, change: LaneChange) -> Cases:
    taken_down = and_(Comment.moderated_by.is_not(None), Comment.status.in_([s for s, bad in JUDGED.items() if bad]))
    waits = Comment.status == Status.PENDING.value
    rows = session.execute(
        select(LaneCase.audited, func.count(), func.count().filter(taken_down), func.count().filter(waits))
        .join(Comment, Comment.id == LaneCase.comment_id)
        .where(LaneCase.opened_by == change.id, LaneCase.site_id == change.site_id)
        .group_by(LaneCase.audited)
    )
    found = {audited: counts for audited, *counts in rows}
    published, taken, _ = found.get(False, (0, 0, 0))
    return Cases(published, taken, found.get(True, (0, 0, 0))[2])


def audited_of(session: Session, site_id: UUID, comments: Collection[UUID]) -> set[UUID]:
    """Which of these moderators are to look at without a word of what the model thinks."""
    return set(
        session.scalars(
            select(LaneCase.comment_id).where(
                LaneCase.site_id == site_id, LaneCase.comment_id.in_(comments), LaneCase.audited
            )
        )
    )

