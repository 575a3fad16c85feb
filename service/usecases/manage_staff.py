"""Moderator accounts and API tokens."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from service.domain.access import SCOPES, secret_hash
from service.domain.credentials import check_login, check_password
from service.domain.errors import FieldError, InvalidError, NotFoundError
from service.domain.ports import Clock, NewId, PasswordHasher
from service.storage import sites, staff, tokens
from service.storage.staff import Membership, Moderator
from service.storage.tokens import ApiToken
from service.storage.uow import Session, UnitOfWork
from service.text.clean import clean_line

TOKEN_PREFIX = "taliq_"  # noqa: S105 - what a token looks like, so that a leaked one can be recognised


@dataclass(frozen=True)
class NewToken:
    """A token as it is shown, once."""

    token: ApiToken
    secret: str = field(repr=False)


class ManageStaff:
    def __init__(self, uow: UnitOfWork, passwords: PasswordHasher, new_id: NewId, clock: Clock) -> None:
        self._uow, self._passwords, self._new_id, self._clock = uow, passwords, new_id, clock

    def create_moderator(
        self, login: str, name: str, password: str, role: str, slugs: Sequence[str]
    ) -> Moderator:
        """A new account for some sites; ``ConflictError("login_exists")`` when the login is taken."""
        login, stored = check_login(login), self._hashed(password)

        def change(session: Session) -> Moderator:
            now = self._clock()
            moderator = Moderator(
                id=self._new_id(now),
                login=login,
                name=clean_line(name) or login,
                password_hash=stored,
                created_at=now,
            )
            session.add(moderator)
            session.flush()
            for slug in slugs:
                site = sites.get_by_slug(session, slug)
                session.add(Membership(moderator_id=moderator.id, site_id=site.id, role=role))
            return moderator

        return self._uow.run(change)

    def reset_password(self, login: str, password: str) -> Moderator:
        """Sets a new password and ends every session of the account."""
        stored = self._hashed(password)

        def change(session: Session) -> Moderator:
            moderator = staff.find_by_login(session, clean_line(login).casefold())
            if moderator is None:
                raise NotFoundError("moderator_not_found")
            moderator.password_hash = stored
            staff.end_sessions(session, moderator.id)
            return moderator

        return self._uow.run(change)

    def create_token(self, slug: str, name: str, scopes: Sequence[str], days: int) -> NewToken:
        """A token for one site. The secret is returned here and never again."""
        errors = [] if clean_line(name) else [FieldError("name", "required")]
        if not scopes or any(s not in SCOPES for s in scopes):
            errors.append(FieldError("scopes", "scopes_required"))
        if errors:
            raise InvalidError(errors)
        secret = TOKEN_PREFIX + secrets.token_urlsafe(32)

        def change(session: Session) -> NewToken:
            now = self._clock()
            token = ApiToken(
                id=self._new_id(now),
                site_id=sites.get_by_slug(session, slug).id,
                name=clean_line(name)[:100],
                secret_hash=secret_hash(secret),
                scopes=sorted(set(scopes)),
                created_at=now,
                expires_at=now + timedelta(days=days),
            )
            session.add(token)
            return NewToken(token, secret)

        return self._uow.run(change)

    def revoke_token(self, token_id: UUID, site_id: UUID | None = None) -> ApiToken:
        """The token stops working with the next request. With ``site_id``, only a token of that site."""

        def change(session: Session) -> ApiToken:
            token = tokens.get(session, token_id, site_id)
            token.revoked_at = token.revoked_at or self._clock()
            return token

        return self._uow.run(change)

    def list_tokens(self, slug: str) -> Sequence[ApiToken]:
        return self._uow.run(lambda s: tokens.list_for(s, sites.get_by_slug(s, slug).id))

    def _hashed(self, password: str) -> str:
        return self._passwords.hash(check_password(password))
