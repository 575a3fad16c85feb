"""Revisions: one text of a comment each. Written once, only ever erased."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Select,
    String,
    Text,
    bindparam,
    exists,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from service.storage.base import Base, ask
from service.storage.types import UtcDateTime


class Revision(Base):
    """``source`` is what the reader wrote, ``html`` what the sanitiser of ``sanitiser_version`` made of it.
    The name and the website are part of it: a decision judges them together with the text. ``name_key`` was made of the
    name; older texts have none.

    ``redacted_by``, with the name it had then and the code of the reason: the moderator who took words out of the text
    before. Empty for what the author wrote.
    """

    __tablename__ = "revision"
    __table_args__ = (
        Index(None, "site_id", "text_digest"),
        Index(None, "site_id", "name_key", "comment_id"),
        CheckConstraint("length(source) <= 10000", name="source_length"),
        CheckConstraint("length(name) <= 100", name="name_length"),
    )

    comment_id: Mapped[UUID] = mapped_column(ForeignKey("comment.id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))
    name: Mapped[str] = mapped_column(Text)
    website: Mapped[str | None] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    sanitiser_version: Mapped[int] = mapped_column(Integer)
    language: Mapped[str | None] = mapped_column(String(16))
    direction: Mapped[str] = mapped_column(String(4))
    text_digest: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    name_key: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    redacted_by: Mapped[UUID | None] = mapped_column()
    redacted_label: Mapped[str | None] = mapped_column(String(100))
    redacted_reason: Mapped[str | None] = mapped_column(String(20))


def text_seen(session: Session, site_id: UUID, text_digest: bytes, *, but: UUID | None = None) -> bool:
    """Whether the site has received a text that folds to the same, in another comment than ``but``."""
    asked = {"site": site_id, "digest": text_digest}
    return bool(ask(session, _seen(but is not None), asked if but is None else {**asked, "but": but}).scalar())


@cache
def _seen(in_another: bool) -> Select[bool]:
    found = exists().where(Revision.site_id == bindparam("site"), Revision.text_digest == bindparam("digest"))
    return select(found.where(Revision.comment_id != bindparam("but")) if in_another else found)


def list_of(session: Session, site_id: UUID, comment_ids: Sequence[UUID]) -> Sequence[Revision]:
    """Every text of these comments, in their order."""
    return session.scalars(
        select(Revision)
        .where(Revision.site_id == site_id, Revision.comment_id.in_(comment_ids))
        .order_by(Revision.comment_id, Revision.number)
    ).all()


def any_redacted(session: Session, site_id: UUID, comment_id: UUID) -> bool:
    """Whether a moderator has ever taken words out of the comment."""
    found = exists().where(
        Revision.site_id == site_id, Revision.comment_id == comment_id, Revision.redacted_by.is_not(None)
    )
    return bool(session.scalar(select(found)))


def redacted_after(session: Session, site_id: UUID, comment_id: UUID, number: int) -> set[int]:
    """The texts behind ``number`` that a moderator has made by taking words out."""
    made = select(Revision.number).where(
        Revision.site_id == site_id,
        Revision.comment_id == comment_id,
        Revision.number > number,
        Revision.redacted_by.is_not(None),
    )
    return set(session.scalars(made))


def get(session: Session, site_id: UUID, comment_id: UUID, number: int) -> Revision:
    """The revision; there is one of every number a comment names."""
    return session.scalars(
        select(Revision).where(
            Revision.site_id == site_id, Revision.comment_id == comment_id, Revision.number == number
        )
    ).one()
