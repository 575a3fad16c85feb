"""A site's lists of hosts and of mail domains. They are asked by exact names and never read whole."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from uuid import UUID

from sqlalchemy import (
    ForeignKey,
    Index,
    Integer,
    Select,
    String,
    UniqueConstraint,
    bindparam,
    delete,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from service.domain.host_lists import ACTIONS
from service.storage import bulk
from service.storage.base import Base, ask
from service.storage.types import UtcDateTime, one_of

#: Rows in one statement: what it takes to bring in a long list stays small.
_CHUNK = 5_000


class HostList(Base):
    """``set_by`` has brought it in last, printed as in the log."""

    __tablename__ = "host_list"
    __table_args__ = (
        UniqueConstraint("site_id", "kind", "name"),
        one_of("kind", tuple(ACTIONS), "kind"),
        one_of("action", ("hold", "spam", "reject"), "action"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))
    kind: Mapped[str] = mapped_column(String(12))
    name: Mapped[str] = mapped_column(String(40))
    action: Mapped[str] = mapped_column(String(8))
    size: Mapped[int] = mapped_column(Integer)
    set_by: Mapped[str] = mapped_column(String(100))
    set_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ListedHost(Base):
    """``host``: its key, of at most the 253 characters a name has."""

    __tablename__ = "listed_host"
    __table_args__ = (Index(None, "site_id", "host"),)

    list_id: Mapped[UUID] = mapped_column(ForeignKey("host_list.id"), primary_key=True)
    host: Mapped[str] = mapped_column(String(253), primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))


def list_all(session: Session, site_id: UUID) -> Sequence[HostList]:
    """By kind and name; a site has few."""
    return session.scalars(
        select(HostList).where(HostList.site_id == site_id).order_by(HostList.kind, HostList.name).limit(1_000)
    ).all()


def find(session: Session, site_id: UUID, kind: str, name: str) -> HostList | None:
    return session.scalar(
        select(HostList).where(HostList.site_id == site_id, HostList.kind == kind, HostList.name == name)
    )


def find_by_id(session: Session, site_id: UUID, list_id: UUID) -> HostList | None:
    return session.scalar(select(HostList).where(HostList.site_id == site_id, HostList.id == list_id))


def hosts_of(session: Session, site_id: UUID, list_id: UUID, limit: int) -> Sequence[str]:
    """The first of them in the order of their keys."""
    return session.scalars(
        select(ListedHost.host)
        .where(ListedHost.site_id == site_id, ListedHost.list_id == list_id)
        .order_by(ListedHost.host)
        .limit(limit)
    ).all()


def look_up(session: Session, site_id: UUID, kind: str, hosts: Collection[str]) -> Sequence[tuple[str, str, str]]:
    """Those of ``hosts`` that stand in a list of this kind: host, name of the list, what it asks for."""
    if not hosts:
        return []
    rows = ask(session, _listed(), {"site": site_id, "hosts": sorted(hosts), "kind": kind})
    return [(host, name, action) for host, name, action in rows]


@cache
def _listed() -> Select[str, str, str]:
    return (
        select(ListedHost.host, HostList.name, HostList.action)
        .join(HostList, HostList.id == ListedHost.list_id)
        .where(
            ListedHost.site_id == bindparam("site"),
            ListedHost.host.in_(bindparam("hosts", expanding=True)),
            HostList.kind == bindparam("kind"),
        )
        .order_by(HostList.name, ListedHost.host)
    )


def remove(session: Session, found: HostList) -> None:
    """The list with all that stands in it."""
    session.execute(
        delete(ListedHost).where(ListedHost.site_id == found.site_id, ListedHost.list_id == found.id)
    )
    session.delete(found)
    session.flush()


def add(session: Session, new: HostList, hosts: Sequence[str]) -> None:
    """A new list and everything in it."""
    session.add(new)
    session.flush()
    # In the order of the index: a page of it is written once.
    ordered = sorted(hosts)
    for start in range(0, len(ordered), _CHUNK):
        some = ordered[start : start + _CHUNK]
        bulk.add(session, ListedHost, [{"list_id": new.id, "host": host, "site_id": new.site_id} for host in some])
