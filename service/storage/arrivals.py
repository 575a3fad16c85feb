"""Arrivals: how many comments have come lately, and from how many networks. Nothing in them leads to a comment's text,
and they are gone after an hour.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Delete,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Select,
    and_,
    bindparam,
    case,
    delete,
    func,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from service.domain.ids import first_id_at
from service.storage.base import Base, insert_rows
from service.storage.comments import Comment
from service.storage.types import UtcDateTime

#: What is "just now", and how far anything is looked back, which is also how long a row stays.
MOMENT = timedelta(minutes=10)
HOUR = timedelta(hours=1)
#: Old rows that one new row takes away: more than it adds.
_BITE = 20
_STRETCHES = range(HOUR // MOMENT)


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
    insert_rows(session, new)
    session.execute(_drop_old(), {"site": new.site_id, "hour": new.at - HOUR})


@cache
def _drop_old() -> Delete:
    old = (
        select(Arrival.id)
        .where(Arrival.site_id == bindparam("site"), Arrival.at <= bindparam("hour"))
        .order_by(Arrival.at)
        .limit(_BITE)
        .with_for_update(skip_locked=True)
    )
    gone = delete(Arrival).where(Arrival.site_id == bindparam("site"), Arrival.id.in_(old))
    # Nobody holds an old one in a session.
    return gone.execution_options(synchronize_session=False)


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
    asked = {"site": site_id, "network": network, "wider": wider, "moment": now - MOMENT, "hour": now - HOUR}
    return tuple(session.execute(_of_network(), asked).one())


@cache
def _of_network() -> Select[*tuple[Any, ...]]:
    late, own = Arrival.at > bindparam("moment"), Arrival.network.in_(bindparam("network", expanding=True))
    return select(_so_many(and_(late, own)), _so_many(own), _so_many(late), func.count()).where(
        Arrival.site_id == bindparam("site"),
        Arrival.wider.in_(bindparam("wider", expanding=True)),
        Arrival.at > bindparam("hour"),
    )


def of_author(session: Session, site_id: UUID, author_id: UUID, now: datetime) -> tuple[int, ...]:
    """How many came from a proven author, in the last ten minutes and in the last hour."""
    since = {"moment": first_id_at(now - MOMENT), "hour": first_id_at(now - HOUR)}
    return tuple(session.execute(_of_author(), {"site": site_id, "author": author_id, **since}).one())


@cache
def _of_author() -> Select[*tuple[Any, ...]]:
    return select(_so_many(Comment.id >= bindparam("moment")), func.count()).where(
        Comment.site_id == bindparam("site"),
        Comment.author_id == bindparam("author"),
        Comment.id >= bindparam("hour"),
    )


def networks_of(
    session: Session, site_id: UUID, thread_id: UUID | None, now: datetime, *, in_thread: int, on_site: int
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """From how many wider networks comments have come, to the thread and to the whole site, in each ten minutes of the
    last hour, the latest first. Nothing where fewer than ``in_thread`` and ``on_site`` have come in those at all, which
    costs little to see. ``thread_id``: ``None`` for a thread that nothing has come to.
    """
    where = {"site": site_id, "thread": thread_id}
    asked = {**where, "moment": now - MOMENT, "in_thread": in_thread, "on_site": on_site}
    threads_own, sites_own = session.execute(_lately(), asked).one()
    begins = {f"begin{n}": now - MOMENT * (n + 1) for n in _STRETCHES}
    return (
        _in_stretches(session, _networks(True), {**where, **begins}) if threads_own >= in_thread else (),
        _in_stretches(session, _networks(False), {**where, **begins}) if sites_own >= on_site else (),
    )


def _in_stretches(session: Session, asked: Select[int, int], values: Mapping[str, object]) -> tuple[int, ...]:
    counts = {stretch: count for stretch, count in session.execute(asked, values)}  # noqa: C416 - rows are no tuples
    return tuple(counts.get(stretch, 0) for stretch in _STRETCHES)


@cache
def _lately() -> Select[*tuple[Any, ...]]:
    """How many have come to the thread and to the site, counted no further than is asked for."""
    site: BindParameter[UUID] = bindparam("site")
    counts = []
    for least, within_thread in (("in_thread", True), ("on_site", False)):
        few = select(Arrival.id).where(*_where(site, within_thread), Arrival.at > bindparam("moment"))
        limited = few.limit(bindparam(least, type_=Integer)).subquery()
        counts.append(select(func.count()).select_from(limited).scalar_subquery())
    return select(*counts)


@cache
def _networks(within_thread: bool) -> Select[int, int]:
    """By the number of the stretch. What came a moment after ``now`` by another machine's clock is of the latest."""
    begins = [Arrival.at > bindparam(f"begin{n}") for n in _STRETCHES]
    stretch = case(*((begin, n) for n, begin in enumerate(begins))).label("stretch")
    site: BindParameter[UUID] = bindparam("site")
    networks = func.count(Arrival.wider.distinct())
    return select(stretch, networks).where(*_where(site, within_thread), begins[-1]).group_by("stretch")


def _where(site_id: BindParameter[UUID], within_thread: bool) -> list[ColumnElement[bool]]:
    where = [Arrival.site_id == site_id]
    return [*where, Arrival.thread_id == bindparam("thread")] if within_thread else where


def _so_many(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(case((condition, 1)))
