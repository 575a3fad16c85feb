"""Staff: moderator accounts, the sites they work for, and their sign-ins."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from service.storage.base import Base
from service.storage.sites import Site
from service.storage.types import UtcDateTime, one_of


class Moderator(Base):
    __tablename__ = "moderator"
    __table_args__ = (UniqueConstraint("login"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(100))
    password_hash: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Membership(Base):
    """A moderator's role on one site."""

    __tablename__ = "membership"
    __table_args__ = (one_of("role", ("moderator", "admin"), "role"),)

    moderator_id: Mapped[UUID] = mapped_column(ForeignKey("moderator.id"), primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"), primary_key=True)
    role: Mapped[str] = mapped_column(String(10))


class LoginSession(Base):
    """A sign-in. Only the SHA-256 of the cookie's random value is kept."""

    __tablename__ = "login_session"
    __table_args__ = (UniqueConstraint("token_hash"), Index(None, "moderator_id"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    moderator_id: Mapped[UUID] = mapped_column(ForeignKey("moderator.id"))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    language: Mapped[str] = mapped_column(String(8))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)


def find_by_login(session: Session, login: str) -> Moderator | None:
    return session.scalar(select(Moderator).where(Moderator.login == login))


def find_session(session: Session, token_hash: bytes) -> tuple[LoginSession, Moderator] | None:
    row = session.execute(
        select(LoginSession, Moderator)
        .join(Moderator, Moderator.id == LoginSession.moderator_id)
        .where(LoginSession.token_hash == token_hash)
    ).first()
    return (row[0], row[1]) if row else None


def list_memberships(session: Session, moderator_id: UUID) -> Sequence[tuple[Site, str]]:
    """The sites a moderator works for, with the role there, by slug."""
    rows = session.execute(
        select(Site, Membership.role)
        .join(Membership, Membership.site_id == Site.id)
        .where(Membership.moderator_id == moderator_id)
        .order_by(Site.slug)
    )
    return [(site, role) for site, role in rows]


def end_session(session: Session, token_hash: bytes) -> None:
    session.execute(delete(LoginSession).where(LoginSession.token_hash == token_hash))


def end_sessions(session: Session, moderator_id: UUID) -> None:
    """Every sign-in of one account, everywhere."""
    session.execute(delete(LoginSession).where(LoginSession.moderator_id == moderator_id))


def drop_expired(session: Session, now: datetime) -> None:
    session.execute(delete(LoginSession).where(LoginSession.expires_at < now))
