"""Findings: what one check saw in one revision."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import JSON, ForeignKeyConstraint, Index, Integer, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from service.storage.base import Base


class Finding(Base):
    """``spans``: pairs of code point offsets into the revision's source, end exclusive. ``outcome``: what it asked for,
    as the code of a ``screening`` outcome.
    """

    __tablename__ = "finding"
    __table_args__ = (
        ForeignKeyConstraint(
            ["comment_id", "revision"], ["revision.comment_id", "revision.number"], name="fk_finding_revision"
        ),
        Index(None, "comment_id", "revision"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[UUID] = mapped_column()
    comment_id: Mapped[UUID] = mapped_column()
    revision: Mapped[int] = mapped_column(Integer)
    code: Mapped[str] = mapped_column(String(40))
    rule: Mapped[str] = mapped_column(String(80))
    check_version: Mapped[int] = mapped_column(Integer)
    spans: Mapped[list[list[int]]] = mapped_column(JSON)
    outcome: Mapped[str] = mapped_column(String(8), server_default="hold")


def list_of(session: Session, site_id: UUID, comment_id: UUID, revision: int) -> Sequence[Finding]:
    """What was found in one text, in the order the checks ran."""
    return session.scalars(
        select(Finding)
        .where(Finding.site_id == site_id, Finding.comment_id == comment_id, Finding.revision == revision)
        .order_by(Finding.id)
    ).all()
