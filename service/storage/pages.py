"""Pages: the published form of a thread, stored page by page. The only thing the public reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from uuid import UUID

from sqlalchemy import (
    CompoundSelect,
    ForeignKey,
    Index,
    Integer,
    Select,
    String,
    Text,
    UniqueConstraint,
    Update,
    Uuid,
    and_,
    bindparam,
    cast,
    func,
    null,
    select,
    tuple_,
    union_all,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from service.domain.snapshot import Key
from service.storage.base import Base, ask, at_most, insert_rows
from service.storage.comments import Comment
from service.storage.types import UtcDateTime


class Page(Base):
    """The comments of one thread from ``(first_root, first_id)`` up to where the next page begins.

    A page that has emptied stays, so that a cursor which names it still knows where it was. ``newest_id`` is its
    latest comment: what arrived last on a site stands on the pages that are first by it.
    """

    __tablename__ = "page"
    __table_args__ = (
        UniqueConstraint("thread_id", "first_root", "first_id"),
        Index(None, "site_id", "newest_id"),
        Index(None, "thread_id", "newest_id"),
        # A thread of a thousand pages is summed from the index alone.
        Index(None, "thread_id", "site_id", "comment_count"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))
    thread_id: Mapped[UUID] = mapped_column(ForeignKey("thread.id"))
    first_root: Mapped[UUID] = mapped_column()
    first_id: Mapped[UUID] = mapped_column()
    comment_count: Mapped[int] = mapped_column(Integer)
    newest_id: Mapped[UUID | None] = mapped_column()
    content: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(String(32))
    built_at: Mapped[datetime] = mapped_column(UtcDateTime)


#: The rest of a page is where it begins, which stays.
_WRITTEN_ANEW = frozenset(["comment_count", "newest_id", "content", "digest", "built_at"])


@dataclass(frozen=True)
class PageRange:
    """A page and the range it holds; ``end``, where the next one begins, is not in it. ``content``: what is stored of
    it, ``None`` while nothing is.
    """

    id: UUID
    start: Key
    end: Key | None
    content: str | None = None


def find_range(session: Session, site_id: UUID, thread_id: UUID, key: Key) -> PageRange | None:
    """The page whose range holds ``key``; ``None`` when the thread has no pages. Two looks, however many pages."""
    rows = ask(session, _around(), {"site": site_id, "thread": thread_id, "root": key[0], "own": key[1]})
    starts = sorted(((root, first), page, content) for page, root, first, content in rows)
    if not starts:
        return None
    start, page, content = starts[0]
    return PageRange(page, start, starts[1][0] if len(starts) > 1 else None, content)


@cache
def _around() -> CompoundSelect[UUID, UUID, UUID, str | None]:
    place = tuple_(Page.first_root, Page.first_id)
    key = tuple_(bindparam("root", type_=Uuid), bindparam("own", type_=Uuid))
    of_thread = and_(Page.site_id == bindparam("site"), Page.thread_id == bindparam("thread"))
    start = (Page.id, Page.first_root, Page.first_id)
    upto = select(*start, Page.content).where(of_thread, place <= key)
    upto = upto.order_by(Page.first_root.desc(), Page.first_id.desc()).limit(at_most(1))
    behind = select(*start, cast(null(), Text).label("content")).where(of_thread, place > key)
    behind = behind.order_by(Page.first_root, Page.first_id).limit(at_most(1))
    return union_all(select(upto.subquery()), select(behind.subquery()))


def put(session: Session, page: Page, *, stored: bool) -> None:
    """Writes the page down, whose columns are all set. ``stored``: over what is stored of it. Past the session, which
    would keep a hundred comments that nobody asks it for.
    """
    if stored:
        values = {name: value for name, value in vars(page).items() if name in _WRITTEN_ANEW}
        session.connection().execute(_over(), {"of_site": page.site_id, "of_page": page.id, **values})
    else:
        insert_rows(session, page)


@cache
def _over() -> Update:
    return update(Page).where(Page.site_id == bindparam("of_site"), Page.id == bindparam("of_page"))


def find_place(session: Session, site_id: UUID, thread_id: UUID, comment_id: UUID) -> Key | None:
    """Where in the thread's order a comment stands, whether it shows or not; ``None`` when it is not in this thread.

    The one thing a reader's fetch asks of the comments themselves: pages do not say where a single one is.
    """
    root = session.scalar(
        select(Comment.root_id).where(
            Comment.site_id == site_id, Comment.thread_id == thread_id, Comment.id == comment_id
        )
    )
    return (root, comment_id) if root else None


def total(session: Session, site_id: UUID, thread_id: UUID) -> int:
    """Published comments of the thread: summed, never counted up."""
    return ask(session, _total(), {"site": site_id, "thread": thread_id}).scalar() or 0


@cache
def _total() -> Select[int]:
    return select(func.coalesce(func.sum(Page.comment_count), 0)).where(
        Page.site_id == bindparam("site"), Page.thread_id == bindparam("thread")
    )
