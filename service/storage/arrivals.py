"""Arrivals: how many comments have come lately, and from how many networks. Nothing in them leads to a comment's text,
and they are gone after an hour.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKey, Index, LargeBinary, and_, case, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from service.domain.ids import first_id_at
from service.storage.base import Base
from service.storage.comments import Comment
from service.storage.types import UtcDateTime

#: What is "just now", and how far anything is looked back, which is also how long a row stays.
MOMENT = timedelta(minutes=10)
HOUR = timedelta(hours=1)
#: Old rows that one new row takes away: more than it adds.
_BITE = 20


class Arrival(Base):
    """``network`` and ``wider``: keyed marks of the network a comment came from and of the one around it, of one day
    and one site; another day's are others, so nobody is followed by them.
    """

    __tablename__ = "arrival"
    __table_args__ = (
        Index(None, "site_id", "wider", "at"),
        Index(None, "thread_id", "at"),
        Index(None, "site_id", "at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))
    thread_id: Mapped[UUID] = mapped_column(ForeignKey("thread.id"))
    network: Mapped[bytes] = mapped_column(LargeBinary(16))
    wider: Mapped[bytes] = mapped_column(LargeBinary(16))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


def add(session: Session, new: Arrival) -> None:
    """``new``; and some of the site's that are older than an hour go."""
    session.add(new)
    old = (
        select(Arrival.id)
        .where(Arrival.site_id == new.site_id, Arrival.at <= new.at - HOUR)
        .order_by(Arrival.at)
        .limit(_BITE)
        .with_for_update(skip_locked=True)
    )
    session.execute(delete(Arrival).where(Arrival.site_id == new.site_id, Arrival.id.in_(old)))


def forget(session: Session, site_id: UUID, thread_id: UUID, at: datetime) -> None:
    """What has come to a thread at this very moment."""
    session.execute(
        delete(Arrival).where(Arrival.site_id == site_id, Arrival.thread_id == thread_id, Arrival.at == at)
    )


def of_network(
    session: Session, site_id: UUID, network: Sequence[bytes], wider: Sequence[bytes], now: datetime
) -> tuple[int, ...]:
    """How many came from the network in the last ten minutes and in the last hour, and from those around it; all under
    their marks of the last hour.
    """
    late, own = Arrival.at > now - MOMENT, Arrival.network.in_(network)
    row = session.execute(
        select(_so_many(and_(late, own)), _so_many(own), _so_many(late), func.count()).where(
            Arrival.site_id == site_id, Arrival.wider.in_(wider), Arrival.at > now - HOUR
        )
    ).one()
    return tuple(row)


def of_author(session: Session, site_id: UUID, author_id: UUID, now: datetime) -> tuple[int, ...]:
    """How many came from a proven author, in the last ten minutes and in the last hour."""
    row = session.execute(
        select(_so_many(Comment.id >= first_id_at(now - MOMENT)), func.count()).where(
            Comment.site_id == site_id, Comment.author_id == author_id, Comment.id >= first_id_at(now - HOUR)
        )
    ).one()
    return tuple(row)


def networks_of(
    session: Session, site_id: UUID, thread_id: UUID | None, now: datetime, least: int
) -> tuple[int, ...]:
    """From how many wider networks comments have come, to the thread or to the whole site, in each ten minutes of the
    last hour, the latest first; nothing when fewer than ``least`` have come in those at all, which costs little to see.
    """
    where = [Arrival.site_id == site_id]
    if thread_id is not None:
        where.append(Arrival.thread_id == thread_id)
    few = select(Arrival.id).where(*where, Arrival.at > now - MOMENT).limit(least).subquery()
    if (session.scalar(select(func.count()).select_from(few)) or 0) < least:
        return ()
    begins = [now - MOMENT * n for n in range(HOUR // MOMENT + 1)]
    stretches = [and_(Arrival.at > begins[n + 1], Arrival.at <= begins[n]) for n in range(HOUR // MOMENT)]
    # What has come a moment after ``now`` on another machine's clock is of the latest.
    stretches[0] = Arrival.at > begins[1]
    counts = [func.count(case((stretch, Arrival.wider)).distinct()) for stretch in stretches]
    return tuple(session.execute(select(*counts).where(*where, Arrival.at > now - HOUR)).one())


def _so_many(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(case((condition, 1)))
