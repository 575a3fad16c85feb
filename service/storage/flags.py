"""Flags: readers' reports of published comments."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from uuid import UUID

from sqlalchemy import (
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Select,
    String,
    UniqueConstraint,
    and_,
    bindparam,
    func,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from service.domain.moderation import REPORT_REASONS
from service.storage.base import Base, filled_up
from service.storage.comments import Comment
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


def add_once(session: Session, new: Flag) -> bool:
    """Whether ``new`` was stored; not when this reporter has reported this comment before."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    values = {c.key: getattr(new, c.key) for c in Flag.__mapper__.column_attrs}
    added = session.execute(insert(Flag).values(values).on_conflict_do_nothing().returning(Flag.id))
    return added.scalar() is not None


def list_open(session: Session, site_id: UUID, ids: Sequence[UUID]) -> dict[UUID, Sequence[Flag]]:
    """The reports of these comments that no decision has answered; no statement when none is named."""
    if not ids:
        return {}
    found: dict[UUID, list[Flag]] = {}
    for flag in session.scalars(_open(), {"site": site_id, "ids": filled_up(ids)}):
        found.setdefault(flag.comment_id, []).append(flag)
    return {**found}


@cache
def _open() -> Select[Flag]:
    of_these = and_(Flag.site_id == bindparam("site"), Flag.comment_id.in_(bindparam("ids", expanding=True)))
    return select(Flag).where(of_these, Flag.resolved_at.is_(None)).order_by(Flag.id)


def list_answered(session: Session, site_id: UUID, comment_id: UUID, at: datetime) -> Sequence[Flag]:
    """The reports of a comment that the decision of that moment has answered."""
    return session.scalars(
        select(Flag)
        .where(Flag.site_id == site_id, Flag.comment_id == comment_id, Flag.resolved_at == at)
        .order_by(Flag.id)
    ).all()


def resolve(comment: Comment, reports: Sequence[Flag], at: datetime | None) -> None:
    """Says that a decision of that moment has answered all that are open; ``None``: that none has answered these."""
    for flag in reports:
        flag.resolved_at = at
    if reports or at is not None:
        comment.reported = at is None


def count_open(session: Session, site_id: UUID, ids: Sequence[UUID]) -> dict[UUID, dict[str, int]]:
    """How often each of these comments is reported for what; a comment without open reports is left out."""
    rows = session.execute(
        select(Flag.comment_id, Flag.reason, func.count())
        .where(Flag.site_id == site_id, Flag.comment_id.in_(ids), Flag.resolved_at.is_(None))
        .group_by(Flag.comment_id, Flag.reason)
    )
    found: dict[UUID, dict[str, int]] = {}
    for comment_id, reason, number in rows:
        found.setdefault(comment_id, {})[reason] = number
    return {comment_id: {r: told[r] for r in REPORT_REASONS if r in told} for comment_id, told in found.items()}
