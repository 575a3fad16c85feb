"""Disclosures: who saw a reader's address or asked for one, and when. Append-only; it holds no address."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Integer, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from service.storage.base import Base
from service.storage.types import UtcDateTime, one_of

KINDS = ("reveal", "look_up")


class Disclosure(Base):
    """A reveal names its comment; a look-up keeps the number of hits, and nothing of what was asked for."""

    __tablename__ = "disclosure"
    __table_args__ = (one_of("kind", KINDS, "kind"), Index(None, "site_id", "id"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))
    actor_id: Mapped[UUID | None] = mapped_column()
    actor_label: Mapped[str] = mapped_column(String(100))
    kind: Mapped[str] = mapped_column(String(10))
    comment_id: Mapped[UUID | None] = mapped_column(ForeignKey("comment.id"))
    hits: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


def list_recent(session: Session, site_id: UUID, limit: int) -> Sequence[Disclosure]:
    """The site's disclosures, newest first."""
    return session.scalars(
        select(Disclosure).where(Disclosure.site_id == site_id).order_by(Disclosure.id.desc()).limit(limit)
    ).all()
