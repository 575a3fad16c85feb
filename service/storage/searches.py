"""Searches a moderator has kept, by a name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from service.storage.base import Base
from service.storage.types import UtcDateTime


class KeptSearch(Base):
    """``asked``: view, order, words and filters, as the address of the queue has them."""

    __tablename__ = "kept_search"
    __table_args__ = (UniqueConstraint("moderator_id", "site_id", "name"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))
    moderator_id: Mapped[UUID] = mapped_column(ForeignKey("moderator.id"))
    name: Mapped[str] = mapped_column(String(80))
    asked: Mapped[dict[str, str]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


def list_of(session: Session, site_id: UUID, moderator_id: UUID) -> Sequence[KeptSearch]:
    """One moderator's, in the order of their names."""
    return session.scalars(
        select(KeptSearch)
        .where(KeptSearch.site_id == site_id, KeptSearch.moderator_id == moderator_id)
        .order_by(KeptSearch.name, KeptSearch.id)
    ).all()
