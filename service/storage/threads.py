"""Threads: the discussion of one article."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from uuid import UUID

from sqlalchemy import (
    ForeignKey,
    Index,
    Integer,
    Select,
    String,
    Text,
    UniqueConstraint,
    bindparam,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship
from sqlalchemy.sql.dml import ReturningInsert

from service.domain.errors import NotFoundError
from service.domain.site import CLOSED, SitePolicy
from service.domain.threads import STATES, closes_at, state_at
from service.storage.base import Base, know, versioned
from service.storage.sites import Site
from service.storage.types import UtcDateTime, one_of


@versioned
class Thread(Base):
    """``version`` grows with whatever the public sees of it: with the thread itself, and with its pages.

    ``comment_count`` belongs to the snapshot: it is the sum over the thread's pages, set when they are rebuilt.

    ``state`` is what was set by hand; by itself a thread closes by its site's policy, counted from ``opened_at``, or
    from its start where nobody has opened it again. ``mode`` takes the place of the site's; without one of its own
    it is closed while its site is. ``set_by`` has last set one of them at the desk, printed as in the log.
    """

    __tablename__ = "thread"
    __table_args__ = (
        UniqueConstraint("site_id", "key"),
        one_of("state", STATES, "state"),
        Index(None, "site_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))
    key: Mapped[str] = mapped_column(String(200))
    url: Mapped[str | None] = mapped_column(Text)
    title: Mapped[str] = mapped_column(String(300))
    section: Mapped[str] = mapped_column(String(100), default="")
    state: Mapped[str] = mapped_column(String(10), default="open")
    comment_count: Mapped[int] = mapped_column(Integer, default=0)
    version: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # SQLite knows no lengths and changes no column.
    mode: Mapped[str | None] = mapped_column(String(20).with_variant(String(10), "sqlite"))
    set_by: Mapped[str | None] = mapped_column(String(100))
    set_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    site: Mapped[Site] = relationship(viewonly=True)

    @property
    def alive_since(self) -> datetime:
        """When it was opened last, which counts as somebody looking after it."""
        return self.opened_at or self.created_at

    def closes_at(self, policy: SitePolicy) -> datetime | None:
        """When it closes, or has closed, by itself."""
        return closes_at(self.alive_since, policy.close_days)

    def set_in(self, policy: SitePolicy) -> str:
        """Open or closed by hand, here or on the whole site."""
        return STATES[1] if self.mode_in(policy) == CLOSED else self.state

    def state_at(self, policy: SitePolicy, now: datetime) -> str:
        """Open or closed, by hand or by itself."""
        return state_at(self.set_in(policy), self.closes_at(policy), now)

    def is_open(self, policy: SitePolicy, now: datetime) -> bool:
        """Whether readers may write here."""
        return self.state_at(policy, now) == STATES[0]

    def mode_in(self, policy: SitePolicy) -> str:
        return self.mode or policy.mode

    def set_state(self, state: str, now: datetime) -> None:
        """By hand. What is opened again has its days before it once more. Who has set it is the caller's to say."""
        self.state, self.set_by, self.set_at = state, None, None
        if state == STATES[0]:
            self.opened_at = now


#: Of a thread that nobody has said more of than where it stands.
_UNTOLD = {
    **dict.fromkeys(("url", "opened_at", "mode", "set_by", "set_at")),
    **{"section": "", "state": STATES[0], "comment_count": 0, "version": 0},
}


def find(session: Session, site_id: UUID, key: str) -> Thread | None:
    return session.scalar(_by_key(), {"site": site_id, "key": key})


@cache
def _by_key() -> Select[Thread]:
    return select(Thread).where(Thread.site_id == bindparam("site"), Thread.key == bindparam("key"))


def get(session: Session, site_id: UUID, key: str) -> Thread:
    """The thread, or ``NotFoundError``."""
    thread = find(session, site_id, key)
    if thread is None:
        raise NotFoundError("thread_not_found")
    return thread


def find_by_id(session: Session, site_id: UUID, thread_id: UUID) -> Thread | None:
    return session.scalar(_by_id(), {"site": site_id, "id": thread_id})


@cache
def _by_id() -> Select[Thread]:
    return select(Thread).where(Thread.site_id == bindparam("site"), Thread.id == bindparam("id"))


def get_by_id(session: Session, site_id: UUID, thread_id: UUID) -> Thread:
    """The thread, or ``NotFoundError``."""
    thread = find_by_id(session, site_id, thread_id)
    if thread is None:
        raise NotFoundError("thread_not_found")
    return thread


def open_once(session: Session, new: Thread) -> Thread:
    """The thread of ``new.key``: the stored one, or ``new``. Two first comments at once open one thread."""
    values = _UNTOLD | {key: value for key, value in vars(new).items() if key in Thread.__mapper__.column_attrs}
    stored = session.connection().scalar(_claim(session.get_bind().dialect.name), values)
    return get(session, new.site_id, new.key) if stored is None else know(session, Thread(**values))


@cache
def _claim(dialect: str) -> ReturningInsert[UUID]:
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    # Not every driver counts the rows of an INSERT.
    return insert(Thread).on_conflict_do_nothing().returning(Thread.id)


def lock(session: Session, site_id: UUID, thread_id: UUID) -> Thread:
    """The thread, held until the end of the transaction, so that its pages are rebuilt by one at a time; and with it
    its site, by whose policy shared caches are told of that.
    """
    return session.scalars(_locked(), {"site": site_id, "id": thread_id}).one()


@cache
def _locked() -> Select[Thread]:
    return (
        _by_id()
        .options(joinedload(Thread.site, innerjoin=True))
        .with_for_update(key_share=True, of=Thread)
        .execution_options(populate_existing=True)
    )


def show_anew(thread: Thread, comment_count: int) -> None:
    """Its pages have been rebuilt; so many comments show on them."""
    thread.comment_count = comment_count
    thread.version = Thread.version + 1


def counts(session: Session, site_id: UUID, keys: Sequence[str]) -> dict[str, int]:
    """Published comments by thread key; an unknown thread has none and is left out."""
    rows = session.execute(
        select(Thread.key, Thread.comment_count).where(Thread.site_id == site_id, Thread.key.in_(keys))
    )
    return {key: count for key, count in rows}  # noqa: C416 - rows are no plain tuples
