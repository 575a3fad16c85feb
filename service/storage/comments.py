"""Comments: where they stand. Their texts are revisions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from uuid import UUID

from sqlalchemy import (
    Boolean,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Select,
    String,
    UniqueConstraint,
    and_,
    bindparam,
    false,
    select,
    text,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from service.domain.moderation import Status
from service.domain.urgency import CALM
from service.storage.base import Base, filled_up
from service.storage.queue_indexes import queue_indexes
from service.storage.revisions import Revision
from service.storage.types import UtcDateTime, one_of


class Comment(Base):
    """``version`` is raised by every change; a decision carries the one it judged. ``root_id`` is the comment
    at the top of its discussion, itself for a root: ``(root_id, id)`` is the order of the thread. ``staff_id`` is the
    signed-in moderator who wrote it; nothing a reader sends can set it. ``avatar`` is the public face of its author
    under the name it bears: who writes under two names has two, and nobody outside can tell.

    ``cluster_id`` is shared with what is nearly the same (``storage.likenesses``); empty for what the staff wrote, what
    is erased, and what came before there were clusters.

    For the desk: ``moderated_by`` and ``moderated_reason`` are those of the moderator's decision that stands, empty
    while only rules and programs have decided; ``rank`` orders by urgency, the lowest first; ``opinion_by`` has asked
    for a second opinion; ``reported``: it has reports that no decision has answered.
    """

    __tablename__ = "comment"
    __table_args__ = (
        # A reply's parent is in the same thread: the database itself holds it.
        ForeignKeyConstraint(
            ["parent_id", "thread_id"], ["comment.id", "comment.thread_id"], name="fk_comment_parent"
        ),
        UniqueConstraint("id", "thread_id"),
        one_of("status", Status, "status"),
        *queue_indexes(),
        Index("ix_comment_author_id_id", "author_id", "id"),
        # A cluster's comments, whatever has become of them: without it each that joins another reads the whole table.
        Index("ix_comment_site_id_cluster_id", "site_id", "cluster_id"),
        Index(
            "ix_comment_cluster",
            "site_id",
            "cluster_id",
            "rank",
            "id",
            sqlite_where=text("status = 'pending'"),
            postgresql_where=text("status = 'pending'"),
        ),
        Index(
            "ix_comment_published",
            "thread_id",
            "root_id",
            "id",
            sqlite_where=text("status = 'approved'"),
            postgresql_where=text("status = 'approved'"),
        ),
        Index(
            "ix_comment_gone",
            "thread_id",
            "root_id",
            "id",
            sqlite_where=text("status IN ('withdrawn', 'erased')"),
            postgresql_where=text("status IN ('withdrawn', 'erased')"),
        ),
        Index(
            "ix_comment_parent_id",
            "parent_id",
            sqlite_where=text("parent_id IS NOT NULL"),
            postgresql_where=text("parent_id IS NOT NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))
    thread_id: Mapped[UUID] = mapped_column(ForeignKey("thread.id"))
    parent_id: Mapped[UUID | None] = mapped_column()
    root_id: Mapped[UUID] = mapped_column()
    author_id: Mapped[UUID] = mapped_column(ForeignKey("author.id"))
    status: Mapped[str] = mapped_column(String(10))
    version: Mapped[int] = mapped_column(Integer, default=1)
    published_revision: Mapped[int | None] = mapped_column(Integer)
    latest_revision: Mapped[int] = mapped_column(Integer, default=1)
    receipt_generation: Mapped[int] = mapped_column(Integer, default=0)
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("moderator.id"))
    moderated_by: Mapped[UUID | None] = mapped_column()
    moderated_reason: Mapped[str | None] = mapped_column(String(20))
    avatar: Mapped[str | None] = mapped_column(String(32))
    rank: Mapped[int] = mapped_column(Integer, default=CALM, server_default=str(CALM))
    opinion_by: Mapped[UUID | None] = mapped_column()
    cluster_id: Mapped[UUID | None] = mapped_column()
    reported: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def edit_waiting(self) -> bool:
        return self.published_revision is not None and self.latest_revision > self.published_revision

    @property
    def unmoderated(self) -> bool:
        """Public, and no moderator has looked."""
        return self.status == Status.APPROVED and self.moderated_by is None


def find(session: Session, site_id: UUID, comment_id: UUID) -> Comment | None:
    return session.scalar(select(Comment).where(Comment.site_id == site_id, Comment.id == comment_id))


def lock_many(session: Session, site_id: UUID, ids: Sequence[UUID]) -> dict[UUID, Comment]:
    """The site's comments among ``ids``, held to the end of the transaction. Always locked in the order of
    their ids: two overlapping batches wait for each other instead of deadlocking.
    """
    return {c.id: c for c in session.scalars(_locked(), {"site": site_id, "ids": filled_up(ids)})}


@cache
def _locked() -> Select[Comment]:
    return (
        select(Comment)
        .where(Comment.site_id == bindparam("site"), Comment.id.in_(bindparam("ids", expanding=True)))
        .order_by(Comment.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def find_public_parent(session: Session, site_id: UUID, thread_id: UUID, comment_id: UUID) -> Comment | None:
    """The comment when a reply to it may be written here: public, and in this very thread."""
    return session.scalar(_public_parent(), {"site": site_id, "thread": thread_id, "id": comment_id})


@cache
def _public_parent() -> Select[Comment]:
    return select(Comment).where(
        Comment.site_id == bindparam("site"),
        Comment.thread_id == bindparam("thread"),
        Comment.id == bindparam("id"),
        Comment.status == Status.APPROVED.value,
    )


def find_public_name(session: Session, site_id: UUID, thread_id: UUID, comment_id: UUID) -> str | None:
    """The name under a comment as published; ``None`` when it is not public in this thread."""
    return session.scalar(
        select(Revision.name)
        .join(Comment, and_(Comment.id == Revision.comment_id, Comment.published_revision == Revision.number))
        .where(
            Comment.site_id == site_id,
            Comment.thread_id == thread_id,
            Comment.id == comment_id,
            Comment.status == Status.APPROVED.value,
        )
    )
