"""Arrivals: how many comments have come lately, and from how many networks. Nothing in them leads to a comment's text,
and they are gone after an hour.
"""

from __future__ import annotations

from collections.abc import Sequence
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
from service.storage.base import Base, ask, at_most, insert_rows
from service.storage.comments import Comment
from service.storage.types import UtcDateTime

#: What is "just now", and how far anything is looked back, which is also how long a row stays.
MOMENT = timedelta(minutes=10)
HOUR = timedelta(hours=1)
#: Old rows that one new row takes away: more than it adds.
_BITE = 20
_STRETCHES = range(HOUR // MOMENT)
#: What leads to a thread's arrivals, and to a site's. SQLite likes the index better that is sorted by networks, or the
#: site's for the thread's, and reads a whole hour by it.
_INDEXES = {True: "ix_arrival_thread_id_at", False: "ix_arrival_site_id_at"}


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
    old = ask(session, _old(), {"site": new.site_id, "hour": new.at - HOUR}).scalars().all()
    if old:
        # One by one: asked for some ids, SQLite looks for them among all of the site's.
        session.connection().execute(_drop(), [{"site": new.site_id, "own": own} for own in old])


@cache
def _old() -> Select[UUID]:
    return (
        select(Arrival.id)
        .where(Arrival.site_id == bindparam("site"), Arrival.at <= bindparam("hour"))
        .order_by(Arrival.at)
        .limit(at_most(_BITE))
        .with_for_update(skip_locked=True)
    )


@cache
def _drop() -> Delete:
    return delete(Arrival).where(Arrival.site_id == bindparam("site"), Arrival.id == bindparam("own"))


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
    return tuple(ask(session, _of_network(), asked).one())


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
    return tuple(ask(session, _of_author(), {"site": site_id, "author": author_id, **since}).one())


@cache
def _of_author() -> Select[*tuple[Any, ...]]:
    return select(_so_many(Comment.id >= bindparam("moment")), func.count()).where(
        Comment.site_id == bindparam("site"),
        Comment.author_id == bindparam("author"),
        Comment.id >= bindparam("hour"),
    )


def networks_lately(
    session: Session, site_id: UUID, thread_id: UUID | None, now: datetime, *, in_thread: int, on_site: int
) -> tuple[int, int]:
    """From how many wider networks comments have come in the last ten minutes, to the thread and to the whole site,
    counted no further than ``in_thread`` and ``on_site``. ``thread_id``: ``None`` for a thread that nothing has come
    to.
    """
    where = {"site": site_id, "thread": thread_id, "moment": now - MOMENT}
    # A limit is a part of its statement, and each statement is kept: by powers of two there are few.
    limits = [1 << max(0, most - 1).bit_length() for most in (in_thread, on_site)]
    threads_own, sites_own = ask(session, _lately(*limits), where).one()
    return min(threads_own, in_thread), min(sites_own, on_site)


def networks_before(session: Session, site_id: UUID, thread_id: UUID | None, now: datetime) -> tuple[int, ...]:
    """From how many wider networks comments have come to the thread, or with ``None`` to the whole site, in each ten
    minutes of the last hour before the last ten, the latest first. This reads every arrival of that time.
    """
    begins = {f"begin{n}": now - MOMENT * (n + 1) for n in _STRETCHES}
    rows = ask(session, _before(thread_id is not None), {"site": site_id, "thread": thread_id, **begins})
    counts = {stretch: count for stretch, count in rows}  # noqa: C416 - rows are no tuples
    return tuple(counts.get(stretch, 0) for stretch in _STRETCHES[1:])


@cache
def _lately(in_thread: int, on_site: int) -> Select[int, int]:
    site: BindParameter[UUID] = bindparam("site")
    counts = []
    for most, within_thread in ((in_thread, True), (on_site, False)):
        networks = (
            select(Arrival.wider)
            .where(*_where(site, within_thread), Arrival.at > bindparam("moment"))
            .with_hint(Arrival, f"INDEXED BY {_INDEXES[within_thread]}", "sqlite")
            .distinct()
            .limit(at_most(most))
            .subquery()
        )
        counts.append(select(func.count()).select_from(networks).scalar_subquery())
    return select(*counts)


@cache
def _before(within_thread: bool) -> Select[int, int]:
    """By the number of the stretch."""
    begins = [Arrival.at > bindparam(f"begin{n}") for n in _STRETCHES]
    stretch = case(*((begin, n) for n, begin in enumerate(begins))).label("stretch")
    site: BindParameter[UUID] = bindparam("site")
    networks = func.count(Arrival.wider.distinct())
    return (
        select(stretch, networks)
        .with_hint(Arrival, f"INDEXED BY {_INDEXES[within_thread]}", "sqlite")
        .where(*_where(site, within_thread), Arrival.at <= bindparam("begin0"), begins[-1])
        .group_by("stretch")
    )


def _where(site_id: BindParameter[UUID], within_thread: bool) -> list[ColumnElement[bool]]:
    where = [Arrival.site_id == site_id]
    return [*where, Arrival.thread_id == bindparam("thread")] if within_thread else where


def _so_many(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(case((condition, 1)))
