"""Authors: a random id a site. Only proof joins comments into one author; a typed address joins nothing."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Integer, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from service.storage.base import Base
from service.storage.types import UtcDateTime, one_of


class Author(Base):
    """``avatar`` is the public face of comments that have none of their own: random.

    ``generation``: device tokens of this one speak for the author, older ones do not any more; without it none was ever
    handed out, and nobody can come back as this author. ``proof`` says what has come back: ``none`` until a token has.
    ``level``: what a moderator has set, whatever the record says.
    """

    __tablename__ = "author"
    __table_args__ = (
        UniqueConstraint("avatar"),
        one_of("proof", ("none", "device", "address"), "proof"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))
    avatar: Mapped[str] = mapped_column(String(32))
    proof: Mapped[str] = mapped_column(String(10), default="none")
    generation: Mapped[int | None] = mapped_column(Integer)
    level: Mapped[str | None] = mapped_column(String(8))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


def find(session: Session, site_id: UUID, author_id: UUID) -> Author | None:
    return session.scalar(select(Author).where(Author.site_id == site_id, Author.id == author_id))


def lock(session: Session, site_id: UUID, author_id: UUID) -> Author | None:
    """The site's author, held to the end of the transaction. New comments of theirs may come in meanwhile."""
    return session.scalar(
        select(Author)
        .where(Author.site_id == site_id, Author.id == author_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
