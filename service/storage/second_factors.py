"""Second factors of accounts: the authenticator's secret, sealed, and recovery codes, as their SHA-256."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Integer, LargeBinary, String, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from service.storage.base import Base
from service.storage.types import UtcDateTime


class SecondFactor(Base):
    """Counts once it is confirmed. ``last_step``: the last code that was used, by its time; none counts twice."""

    __tablename__ = "second_factor"

    moderator_id: Mapped[UUID] = mapped_column(ForeignKey("moderator.id"), primary_key=True)
    key_id: Mapped[str] = mapped_column(String(32))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    last_step: Mapped[int] = mapped_column(Integer)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RecoveryCode(Base):
    """One of ten; it lets its owner in once."""

    __tablename__ = "recovery_code"
    __table_args__ = (Index(None, "moderator_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    moderator_id: Mapped[UUID] = mapped_column(ForeignKey("moderator.id"))
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


def find(session: Session, moderator_id: UUID) -> SecondFactor | None:
    return session.scalar(select(SecondFactor).where(SecondFactor.moderator_id == moderator_id))


def lock(session: Session, moderator_id: UUID) -> SecondFactor | None:
    """The factor, held to the end of the transaction: of two who bring the same code, one waits."""
    return session.scalar(
        select(SecondFactor)
        .where(SecondFactor.moderator_id == moderator_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def find_recovery(session: Session, moderator_id: UUID, code_hash: bytes) -> RecoveryCode | None:
    """An unused recovery code of the account."""
    return session.scalar(
        select(RecoveryCode).where(
            RecoveryCode.moderator_id == moderator_id,
            RecoveryCode.code_hash == code_hash,
            RecoveryCode.used_at.is_(None),
        )
    )


def count_recovery(session: Session, moderator_id: UUID) -> int:
    """How many recovery codes are left."""
    unused = select(func.count()).where(RecoveryCode.moderator_id == moderator_id, RecoveryCode.used_at.is_(None))
    return session.scalar(unused) or 0


def confirmed(session: Session, moderators: Iterable[UUID]) -> set[UUID]:
    """Those of the accounts that have a second factor."""
    asked = select(SecondFactor.moderator_id).where(
        SecondFactor.moderator_id.in_(list(moderators)), SecondFactor.confirmed_at.is_not(None)
    )
    return set(session.scalars(asked))


def remove(session: Session, moderator_id: UUID) -> None:
    """The factor with its recovery codes."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.moderator_id == moderator_id))
    session.execute(delete(SecondFactor).where(SecondFactor.moderator_id == moderator_id))


def list_sealed_otherwise(session: Session, key_id: str, limit: int) -> Sequence[SecondFactor]:
    """Factors not sealed under ``key_id``, at most ``limit``, locked; by account."""
    return session.scalars(
        select(SecondFactor)
        .where(SecondFactor.key_id != key_id)
        .order_by(SecondFactor.moderator_id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()


def count_by_key(session: Session) -> dict[str, int]:
    """How many factors each key still opens."""
    rows = session.execute(select(SecondFactor.key_id, func.count()).group_by(SecondFactor.key_id))
    return {key: count for key, count in rows}  # noqa: C416 - rows are no plain tuples
