"""Pages: the published form of a thread, stored page by page. The only thing the public reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Integer, String, Text, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from service.domain.snapshot import Key
from service.storage.base import Base
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


@dataclass(frozen=True)
class PageStart:
    id: UUID
    key: Key


def list_starts(session: Session, site_id: UUID, thread_id: UUID) -> Sequence[PageStart]:
    """Where each page of the thread begins, in thread order."""
    rows = session.execute(
        select(Page.id, Page.first_root, Page.first_id)
        .where(Page.site_id == site_id, Page.thread_id == thread_id)
        .order_by(Page.first_root, Page.first_id)
    )
    return [PageStart(page_id, (root, first)) for page_id, root, first in rows]


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
    return (
        session.scalar(
            select(func.coalesce(func.sum(Page.comment_count), 0)).where(
                Page.site_id == site_id, Page.thread_id == thread_id
            )
        )
        or 0
    )
