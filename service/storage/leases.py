"""Leases: which moderator reads which comments right now, so that colleagues are handed others. They forbid nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from service.storage.base import Base
from service.storage.comments import Comment
from service.storage.staff import Moderator
from service.storage.types import UtcDateTime

#: Of the leases that live, the newest so many are looked at; expired ones go so many at a time.
MOST = 500


class Lease(Base):
    """Over at ``until``, whether or not the row is still there. No key to the comment: a decision that holds its row
    never waits for a lease, nor a lease for a decision.
    """

    __tablename__ = "lease"
    __table_args__ = (Index(None, "site_id", "until"),)

    comment_id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))
    moderator_id: Mapped[UUID] = mapped_column(ForeignKey("moderator.id"))
    until: Mapped[datetime] = mapped_column(UtcDateTime)


def all_of_site(session: Session, site_id: UUID, ids: Sequence[UUID]) -> bool:
    """Whether each of ``ids`` is a comment of the site."""
    asked = select(func.count()).select_from(Comment).where(Comment.site_id == site_id, Comment.id.in_(ids))
    return session.scalar(asked) == len(set(ids))


def find_many(session: Session, site_id: UUID, ids: Sequence[UUID]) -> dict[UUID, tuple[Lease, str]]:
    """The leases of these comments, expired ones too, with the name of whose they are."""
    rows = session.execute(
        select(Lease, Moderator.name)
        .join(Moderator, Moderator.id == Lease.moderator_id)
        .where(Lease.site_id == site_id, Lease.comment_id.in_(ids))
    )
    return {lease.comment_id: (lease, name) for lease, name in rows}


def list_live(session: Session, site_id: UUID, now: datetime) -> Sequence[tuple[Lease, str]]:
    """The site's leases that live, the latest taken first, with the name of whose they are."""
    rows = session.execute(
        select(Lease, Moderator.name)
        .join(Moderator, Moderator.id == Lease.moderator_id)
        .where(Lease.site_id == site_id, Lease.until > now)
        .order_by(Lease.until.desc())
        .limit(MOST)
    )
    return [(lease, name) for lease, name in rows]


def release(session: Session, site_id: UUID, moderator_id: UUID, ids: Sequence[UUID]) -> None:
    """Ends this moderator's leases of these comments; a colleague's stay."""
    session.execute(
        delete(Lease).where(Lease.site_id == site_id, Lease.moderator_id == moderator_id, Lease.comment_id.in_(ids))
    )


def drop_expired(session: Session, site_id: UUID, now: datetime) -> None:
    """What it leaves, the next call takes."""
    over = select(Lease.comment_id).where(Lease.site_id == site_id, Lease.until <= now).limit(MOST)
    session.execute(delete(Lease).where(Lease.site_id == site_id, Lease.comment_id.in_(over)))
