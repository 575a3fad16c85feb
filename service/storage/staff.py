"""Staff: moderator accounts, the sites they work for, and their sign-ins."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from uuid import UUID

from sqlalchemy import (
    Boolean,
    ForeignKey,
    Index,
    LargeBinary,
    Select,
    String,
    Text,
    UniqueConstraint,
    bindparam,
    delete,
    false,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from service.storage.base import Base, ask, at_most
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
    last_seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Membership(Base):
    """A moderator's role on one site; ``contacts``: may see readers' addresses there."""

    __tablename__ = "membership"
    __table_args__ = (one_of("role", ("moderator", "admin"), "role"),)

    moderator_id: Mapped[UUID] = mapped_column(ForeignKey("moderator.id"), primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"), primary_key=True)
    role: Mapped[str] = mapped_column(String(10))
    contacts: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())


class LoginSession(Base):
    """A sign-in. Only the SHA-256 of the cookie's random value is kept; of the browser, only its family."""

    __tablename__ = "login_session"
    __table_args__ = (UniqueConstraint("token_hash"), Index(None, "moderator_id"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    moderator_id: Mapped[UUID] = mapped_column(ForeignKey("moderator.id"))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    language: Mapped[str] = mapped_column(String(8))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    client: Mapped[str | None] = mapped_column(String(40))


def find_by_login(session: Session, login: str) -> Moderator | None:
    return session.scalar(select(Moderator).where(Moderator.login == login))


def get(session: Session, moderator_id: UUID) -> Moderator:
    """The account; whoever is signed in has one."""
    return session.scalars(select(Moderator).where(Moderator.id == moderator_id)).one()


def find_session(session: Session, token_hash: bytes) -> tuple[LoginSession, Moderator] | None:
    row = session.execute(
        select(LoginSession, Moderator)
        .join(Moderator, Moderator.id == LoginSession.moderator_id)
        .where(LoginSession.token_hash == token_hash)
    ).first()
    return (row[0], row[1]) if row else None


def list_memberships(session: Session, moderator_id: UUID) -> Sequence[tuple[Site, Membership]]:
    """The sites a moderator works for, with the membership there, by slug."""
    rows = session.execute(
        select(Site, Membership)
        .join(Membership, Membership.site_id == Site.id)
        .where(Membership.moderator_id == moderator_id)
        .order_by(Site.slug)
    )
    return [(site, membership) for site, membership in rows]


def end_session(session: Session, token_hash: bytes) -> None:
    session.execute(delete(LoginSession).where(LoginSession.token_hash == token_hash))


def end_sessions(session: Session, moderator_id: UUID) -> None:
    """Every sign-in of one account, everywhere."""
    session.execute(delete(LoginSession).where(LoginSession.moderator_id == moderator_id))


def end_other_sessions(session: Session, moderator_id: UUID, token_hash: bytes) -> None:
    """Every sign-in of one account but this one."""
    session.execute(
        delete(LoginSession).where(
            LoginSession.moderator_id == moderator_id, LoginSession.token_hash != token_hash
        )
    )


def end_one_session(session: Session, moderator_id: UUID, session_id: UUID) -> None:
    """One sign-in of this account; nothing when it is another's."""
    session.execute(
        delete(LoginSession).where(LoginSession.moderator_id == moderator_id, LoginSession.id == session_id)
    )


def list_sessions(session: Session, moderator_id: UUID, now: datetime) -> Sequence[LoginSession]:
    """The account's sign-ins that still live, newest first."""
    return session.scalars(
        select(LoginSession)
        .where(LoginSession.moderator_id == moderator_id, LoginSession.expires_at > now)
        .order_by(LoginSession.id.desc())
        .limit(200)
    ).all()


def list_people(session: Session, site_id: UUID) -> Sequence[tuple[Moderator, Membership]]:
    """Who works for the site, by name."""
    rows = session.execute(
        select(Moderator, Membership)
        .join(Membership, Membership.moderator_id == Moderator.id)
        .where(Membership.site_id == site_id)
        .order_by(Moderator.name, Moderator.id)
        .limit(1_000)
    )
    return [(moderator, membership) for moderator, membership in rows]


def names_of(session: Session, site_id: UUID) -> tuple[str, ...]:
    """The names of all who work for the site and may sign in."""
    return tuple(ask(session, _names(), {"site": site_id}).scalars())


@cache
def _names() -> Select[str]:
    return (
        select(Moderator.name)
        .join(Membership, Membership.moderator_id == Moderator.id)
        .where(Membership.site_id == bindparam("site"), Moderator.disabled_at.is_(None))
        .order_by(Moderator.name)
        .limit(at_most(1_000))
    )


def lock_people(session: Session, site_id: UUID) -> dict[UUID, tuple[Moderator, Membership]]:
    """Everybody of the site, held to the end of the transaction: two admins who demote each other wait here."""
    rows = session.execute(
        select(Moderator, Membership)
        .join(Membership, Membership.moderator_id == Moderator.id)
        .where(Membership.site_id == site_id)
        .order_by(Moderator.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {moderator.id: (moderator, membership) for moderator, membership in rows}


def drop_expired(session: Session, now: datetime) -> None:
    session.execute(delete(LoginSession).where(LoginSession.expires_at < now))
