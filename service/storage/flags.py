"""Flags: readers' reports of published comments."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Integer, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from service.domain.moderation import REPORT_REASONS
from service.storage.base import Base
from service.storage.types import UtcDateTime, one_of


class Flag(Base):
    """A reason and nothing else; who reported is not kept. ``reporter`` is keyed over the network and this comment:
    it tells a second report of one comment, and joins nothing else. ``version`` is what the comment was then;
    ``resolved_at`` is set by the next decision.
    """

    __tablename__ = "flag"
    __table_args__ = (
        UniqueConstraint("comment_id", "reporter"),
        one_of("reason", REPORT_REASONS, "reason"),
        Index(
            "ix_flag_open",
            "site_id",
            "comment_id",
            sqlite_where=text("resolved_at IS NULL"),
            postgresql_where=text("resolved_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))
    comment_id: Mapped[UUID] = mapped_column(ForeignKey("comment.id"))
    reason: Mapped[str] = mapped_column(String(20))
    reporter: Mapped[bytes] = mapped_column(LargeBinary(16))
    version: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    resolved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
