"""Received submissions: what makes a retry safe. One row an accepted post."""

from __future__ import annotations

import struct
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
    bindparam,
    func,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.sql.dml import ReturningInsert

from service.storage.base import Base, ask, at_most, know
from service.storage.types import UtcDateTime


class ReceivedSubmission(Base):
    """``fingerprint`` is keyed, over everything that was sent; ``repeat_key`` over thread, address and text.
    ``outcome`` is the status of the first answer, which every repeat gets again; ``generation`` that of the device
    token in it, if there was one.
    """

    __tablename__ = "submission"
    __table_args__ = (
        UniqueConstraint("site_id", "submission_id"),
        Index(None, "site_id", "repeat_key", "received_at"),
    )

    comment_id: Mapped[UUID] = mapped_column(
        ForeignKey("comment.id", deferrable=True, initially="DEFERRED"), primary_key=True
    )
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))
    submission_id: Mapped[str | None] = mapped_column(String(64))
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary(16))
    repeat_key: Mapped[bytes] = mapped_column(LargeBinary(16))
    outcome: Mapped[str] = mapped_column(String(10))
    generation: Mapped[int | None] = mapped_column(Integer)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)


def find(session: Session, site_id: UUID, submission_id: str) -> ReceivedSubmission | None:
    return session.scalar(_by_submission_id(), {"site": site_id, "submission_id": submission_id})


@cache
def _by_submission_id() -> Select[ReceivedSubmission]:
    return select(ReceivedSubmission).where(
        ReceivedSubmission.site_id == bindparam("site"),
        ReceivedSubmission.submission_id == bindparam("submission_id"),
    )


def add_once(session: Session, new: ReceivedSubmission) -> ReceivedSubmission:
    """``new``, stored; or the one of the same submission id that came first.

    Of parallel posts with one id, the second waits here until the first has committed. The foreign key to the
    comment is deferred for this: the claim comes before the comment.
    """
    values = {c.key: getattr(new, c.key) for c in ReceivedSubmission.__mapper__.column_attrs}
    stored = session.connection().scalar(_claim(session.get_bind().dialect.name), values)
    if stored is None and new.submission_id is not None:
        found = find(session, new.site_id, new.submission_id)
        assert found is not None
        return found
    return know(session, new)


@cache
def _claim(dialect: str) -> ReturningInsert[UUID]:
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    # Not every driver counts the rows of an INSERT.
    return insert(ReceivedSubmission).on_conflict_do_nothing().returning(ReceivedSubmission.comment_id)


def repeated_since(session: Session, site_id: UUID, repeat_key: bytes, moment: datetime) -> bool:
    """Whether the same thread, address and text came in after ``moment``, without a submission id as well.

    Posts with an id are left out: a stranger who repeats a public comment with guessed addresses must not learn
    from the answer which of them is right, and every form of ours has an id.
    """
    one_at_a_time(session, repeat_key)
    asked = {"site": site_id, "repeat_key": repeat_key, "moment": moment}
    return ask(session, _repeated(), asked).scalar() is not None


@cache
def _repeated() -> Select[UUID]:
    return (
        select(ReceivedSubmission.comment_id)
        .where(
            ReceivedSubmission.site_id == bindparam("site"),
            ReceivedSubmission.repeat_key == bindparam("repeat_key"),
            ReceivedSubmission.submission_id.is_(None),
            ReceivedSubmission.received_at > bindparam("moment"),
        )
        .limit(at_most(1))
    )


def one_at_a_time(session: Session, key: bytes) -> None:
    """Waits, where writers run side by side, until nobody else holds ``key``; held to the end of the transaction.

    Two clicks on one button are two transactions, and neither would see the other's rows.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(struct.unpack("<q", key[:8])[0])))
