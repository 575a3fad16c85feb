"""Who is asking: a token or a session cookie becomes a principal with one site."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from service.domain.access import Permission, Principal, permissions_of, secret_hash
from service.domain.errors import UnauthenticatedError
from service.domain.moderation import Actor, ActorKind
from service.storage import staff, tokens


@dataclass(frozen=True)
class StaffSite:
    """A site a moderator works for."""

    id: UUID
    slug: str
    name: str
    role: str
    contacts: bool = False


@dataclass(frozen=True)
class SignedIn:
    """A moderator with a live session."""

    id: UUID
    name: str
    language: str
    sites: tuple[StaffSite, ...]

    def principal(self, site: StaffSite) -> Principal:
        actor = Actor(ActorKind.MODERATOR, self.id, self.name)
        return Principal(actor, site.id, permissions_of(site.role, contacts=site.contacts))


def principal_of_token(session: Session, secret: str, now: datetime) -> Principal:
    """The token's principal; unknown, expired and revoked are one ``UnauthenticatedError``."""
    token = tokens.find_by_hash(session, secret_hash(secret))
    if token is None or token.revoked_at is not None or token.expires_at <= now:
        raise UnauthenticatedError()
    permissions = frozenset(Permission(s) for s in token.scopes)
    return Principal(Actor(ActorKind.TOKEN, token.id, token.name), token.site_id, permissions)


def signed_in(session: Session, cookie: str, now: datetime) -> SignedIn | None:
    """The moderator behind a session cookie, while the session lives and the account is not disabled."""
    found = staff.find_session(session, secret_hash(cookie))
    if found is None:
        return None
    login, moderator = found
    if login.expires_at <= now or moderator.disabled_at is not None:
        return None
    return SignedIn(moderator.id, moderator.name, login.language, _sites(session, moderator.id))


def _sites(session: Session, moderator_id: UUID) -> tuple[StaffSite, ...]:
    return tuple(
        StaffSite(site.id, site.slug, site.name, membership.role, membership.contacts)
        for site, membership in staff.list_memberships(session, moderator_id)
    )
