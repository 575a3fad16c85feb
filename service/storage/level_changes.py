"""Levels that moderators have set and taken back: who, when, from what to what. Append-only, like the decision log; the
database refuses anything else. Codes and staff names, nothing of a reader's.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from service.storage.base import Base
from service.storage.types import UtcDateTime


class LevelChange(Base):
    """``before`` and ``after``: the level set by hand, ``None`` where there was or is none."""

    __tablename__ = "level_change"
    __table_args__ = (Index(None, "site_id", "author_id", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))
    author_id: Mapped[UUID] = mapped_column(ForeignKey("author.id"))
    before: Mapped[str | None] = mapped_column(String(8))
    after: Mapped[str | None] = mapped_column(String(8))
    moderator_id: Mapped[UUID] = mapped_column()
    moderator_label: Mapped[str] = mapped_column(String(100))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


def find_last(session: Session, site_id: UUID, author_id: UUID) -> LevelChange | None:
    return session.scalar(
        select(LevelChange)
        .where(LevelChange.site_id == site_id, LevelChange.author_id == author_id)
        .order_by(LevelChange.id.desc())
        .limit(1)
    )
