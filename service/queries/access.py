"""Who may do what on a site, what programs may, where one is signed in, and who saw addresses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from service.domain.access import secret_hash
from service.storage import disclosures, second_factors, staff, tokens

#: Disclosures shown at once.
SHOWN = 50


@dataclass(frozen=True)
class PersonView:
    id: UUID
    login: str
    name: str
    role: str
    contacts: bool
    disabled: bool
    last_seen_at: datetime | None
    second_factor: bool


@dataclass(frozen=True)
class TokenView:
    """``state``: ``live``, ``expired`` or ``revoked``."""

    id: UUID
    name: str
    scopes: tuple[str, ...]
    state: str
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True)
class SessionView:
    """``own``: the one that asks."""

    id: UUID
    client: str | None
    created_at: datetime
    last_seen_at: datetime | None
    own: bool


@dataclass(frozen=True)
class DisclosureView:
    actor: str
    kind: str
    comment: UUID | None
    hits: int
    at: datetime


def people_of(session: Session, site_id: UUID) -> Sequence[PersonView]:
    """Who works for the site, by name."""
    people = staff.list_people(session, site_id)
    secured = second_factors.confirmed(session, [who.id for who, _ in people])
    return [
        PersonView(
            who.id,
            who.login,
            who.name,
            m.role,
            m.contacts,
            who.disabled_at is not None,
            who.last_seen_at,
            who.id in secured,
        )
        for who, m in people
    ]


def tokens_of(session: Session, site_id: UUID, now: datetime) -> Sequence[TokenView]:
    """The site's tokens, newest first, without their secrets."""
    return [
        TokenView(
            token.id,
            token.name,
            tuple(token.scopes),
            "revoked" if token.revoked_at else "expired" if token.expires_at <= now else "live",
            token.created_at,
            token.expires_at,
            token.last_used_at,
        )
        for token in tokens.list_for(session, site_id)
    ]


def sessions_of(session: Session, moderator_id: UUID, cookie: str, now: datetime) -> Sequence[SessionView]:
    """An account's sign-ins that still live, newest first."""
    own = secret_hash(cookie)
    return [
        SessionView(s.id, s.client, s.created_at, s.last_seen_at, s.token_hash == own)
        for s in staff.list_sessions(session, moderator_id, now)
    ]


def recovery_codes_left(session: Session, moderator_id: UUID) -> int | None:
    """How many recovery codes an account has left; ``None`` when it has no second factor."""
    if not second_factors.confirmed(session, [moderator_id]):
        return None
    return second_factors.count_recovery(session, moderator_id)


def disclosures_of(session: Session, site_id: UUID) -> Sequence[DisclosureView]:
    """Who saw addresses of the site's readers or asked for one, newest first."""
    return [
        DisclosureView(d.actor_label, d.kind, d.comment_id, d.hits, d.at)
        for d in disclosures.list_recent(session, site_id, SHOWN)
    ]
