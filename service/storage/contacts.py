"""Contacts: the private address behind a comment, sealed, in its own table. Comments have no relationship to it."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String, and_, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from service.storage.base import Base
from service.storage.comments import Comment
from service.storage.revisions import Revision


class Contact(Base):
    __tablename__ = "contact"
    __table_args__ = (Index(None, "site_id", "fingerprint", "comment_id"), Index(None, "key_id", "comment_id"))

    comment_id: Mapped[UUID] = mapped_column(ForeignKey("comment.id"), primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))
    key_id: Mapped[str] = mapped_column(String(32))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary(16))


def find(session: Session, site_id: UUID, comment_id: UUID) -> Contact | None:
    return session.scalar(select(Contact).where(Contact.site_id == site_id, Contact.comment_id == comment_id))


def list_comments(session: Session, site_id: UUID, fingerprint: bytes, limit: int) -> Sequence[tuple[Comment, str]]:
    """The comments sent with one address, each with its latest name; newest first, at most ``limit``."""
    rows = session.execute(
        select(Comment, Revision.name)
        .join(Contact, Contact.comment_id == Comment.id)
        .join(Revision, and_(Revision.comment_id == Comment.id, Revision.number == Comment.latest_revision))
        .where(Contact.site_id == site_id, Contact.fingerprint == fingerprint)
        .order_by(Comment.id.desc())
        .limit(limit)
    )
    return [(comment, name) for comment, name in rows]


def list_sealed_otherwise(session: Session, key_id: str, limit: int) -> Sequence[Contact]:
    """Contacts not sealed under ``key_id``, at most ``limit``, locked; by comment id."""
    return session.scalars(
        select(Contact)
        .where(Contact.key_id != key_id)
        .order_by(Contact.comment_id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()


def count_by_key(session: Session) -> dict[str, int]:
    """How many addresses each key still opens."""
    rows = session.execute(select(Contact.key_id, func.count()).group_by(Contact.key_id))
    return {key: count for key, count in rows}  # noqa: C416 - rows are no plain tuples
