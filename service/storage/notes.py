"""Notes: what moderators write about comments and authors, for themselves. Erased with what they are about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, String, Text, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from service.domain.errors import NotFoundError
from service.domain.notes import MAX_LENGTH, About, Subject
from service.storage.base import Base
from service.storage.types import UtcDateTime


class Note(Base):
    """About exactly one comment or author. ``moderator_label`` is printed: it can be read when the account is gone.
    Nothing outside the console reads this table, and neither the decision log nor any log repeats what is in it.
    """

    __tablename__ = "note"
    __table_args__ = (
        CheckConstraint("(comment_id IS NULL) <> (author_id IS NULL)", name="one_subject"),
        CheckConstraint(f"length(body) BETWEEN 1 AND {MAX_LENGTH}", name="body_length"),
        UniqueConstraint("site_id", "client_id"),
        Index(None, "site_id", "comment_id", "id"),
        Index(None, "site_id", "author_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))
    comment_id: Mapped[UUID | None] = mapped_column(ForeignKey("comment.id"))
    author_id: Mapped[UUID | None] = mapped_column(ForeignKey("author.id"))
    body: Mapped[str] = mapped_column(Text)
    moderator_id: Mapped[UUID] = mapped_column()
    moderator_label: Mapped[str] = mapped_column(String(100))
    client_id: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def subject(self) -> Subject:
        if self.comment_id is not None:
            return Subject(About.COMMENT, self.comment_id)
        assert self.author_id is not None
        return Subject(About.AUTHOR, self.author_id)


def get(session: Session, site_id: UUID, note_id: UUID) -> Note:
    """The note, or ``NotFoundError``."""
    found = session.scalar(select(Note).where(Note.site_id == site_id, Note.id == note_id))
    if found is None:
        raise NotFoundError("note_not_found")
    return found


def find_by_client_id(session: Session, site_id: UUID, client_id: str) -> Note | None:
    return session.scalar(select(Note).where(Note.site_id == site_id, Note.client_id == client_id))


def list_about(session: Session, site_id: UUID, subject: Subject) -> Sequence[Note]:
    """Oldest first; never more than ``MAX_NOTES``."""
    return session.scalars(select(Note).where(*_about(site_id, subject)).order_by(Note.id)).all()


def count_about(session: Session, site_id: UUID, subject: Subject) -> int:
    return session.scalar(select(func.count()).select_from(Note).where(*_about(site_id, subject))) or 0


def _about(site_id: UUID, subject: Subject) -> tuple[ColumnElement[bool], ...]:
    column = Note.comment_id if subject.about is About.COMMENT else Note.author_id
    return Note.site_id == site_id, column == subject.id
