"""Sign-ins: server-side sessions of twelve hours, renewed by what a moderator does, never by looking."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from service.domain.access import secret_hash
from service.domain.errors import UnauthenticatedError
from service.domain.ports import Clock, NewId, PasswordHasher, Vault
from service.storage import second_factors, staff
from service.storage.staff import LoginSession, Moderator
from service.storage.uow import Reader, Session, UnitOfWork
from service.text.clean import clean_line
from service.usecases.second_factor_secret import proves

LIFETIME = timedelta(hours=12)
#: How exactly it is known when somebody was last at work: not every act writes the account anew.
SEEN_STEP = timedelta(minutes=1)


@dataclass(frozen=True)
class AwaitsCode:
    """Somebody has given the right password, this one and no later, and has still to give a code."""

    moderator: UUID
    password_mark: str


class SignIn:
    def __init__(
        self, uow: UnitOfWork, reader: Reader, passwords: PasswordHasher, vault: Vault, new_id: NewId, clock: Clock
    ) -> None:
        self._uow, self._reader, self._passwords, self._vault = uow, reader, passwords, vault
        self._new_id, self._clock = new_id, clock

    def sign_in(self, login: str, password: str, language: str, client: str | None = None) -> str | AwaitsCode:
        """The value of a new session's cookie, or what a code is awaited for when the account has a second factor.

        A wrong login and a wrong password are one error, in equal time.
        """
        moderator = self._reader.run(lambda s: staff.find_by_login(s, clean_line(login).casefold()))
        usable = moderator is not None and moderator.disabled_at is None
        stored = moderator.password_hash if moderator is not None and usable else None
        if not self._passwords.verify(stored, password) or moderator is None or stored is None:
            raise UnauthenticatedError("sign_in_failed")
        rehashed = self._passwords.hash(password) if self._passwords.needs_rehash(stored) else None

        def change(session: Session) -> str | AwaitsCode:
            known = staff.get(session, moderator.id)
            known.password_hash = rehashed or known.password_hash
            factor = second_factors.find(session, known.id)
            if factor is not None and factor.confirmed_at is not None:
                return AwaitsCode(known.id, _mark(known.password_hash))
            return self._enter(session, known, language, client)

        return self._uow.run(change)

    def enter_code(self, awaits: AwaitsCode, code: str, language: str, client: str | None = None) -> str:
        """The second half: the value of a new session's cookie for a code of the authenticator or a recovery code.

        ``UnauthenticatedError`` for a wrong code, one that was used, and a password changed meanwhile.
        """

        def change(session: Session) -> str:
            factor = second_factors.lock(session, awaits.moderator)
            known = staff.get(session, awaits.moderator)
            usable = known.disabled_at is None and _mark(known.password_hash) == awaits.password_mark
            if factor is None or factor.confirmed_at is None or not usable:
                raise UnauthenticatedError("sign_in_failed")
            if not proves(session, self._vault, factor, code, self._clock()):
                raise UnauthenticatedError("sign_in_failed")
            return self._enter(session, known, language, client)

        return self._uow.run(change)

    def _enter(self, session: Session, moderator: Moderator, language: str, client: str | None) -> str:
        now, value = self._clock(), secrets.token_urlsafe(32)
        staff.drop_expired(session, now)
        session.add(
            LoginSession(
                id=self._new_id(now),
                moderator_id=moderator.id,
                token_hash=secret_hash(value),
                language=language,
                created_at=now,
                expires_at=now + LIFETIME,
                last_seen_at=now,
                client=client,
            )
        )
        moderator.last_seen_at = now
        return value

    def renew(self, value: str, language: str | None = None) -> None:
        """Another twelve hours from now, for a session that is still alive; and its language, when it changes."""

        def change(session: Session) -> None:
            found = staff.find_session(session, secret_hash(value))
            now = self._clock()
            if found is None or found[0].expires_at <= now:
                raise UnauthenticatedError()
            login, moderator = found
            login.expires_at, login.last_seen_at = now + LIFETIME, now
            login.language = language or login.language
            if moderator.last_seen_at is None or now - moderator.last_seen_at >= SEEN_STEP:
                moderator.last_seen_at = now

        self._uow.run(change)

    def sign_out(self, value: str) -> None:
        """The session is gone; its cookie opens nothing any more."""
        self._uow.run(lambda session: staff.end_session(session, secret_hash(value)))


def _mark(password_hash: str) -> str:
    """Tells one password's hash from the next, and nothing of it."""
    return secret_hash(password_hash).hex()[:16]
