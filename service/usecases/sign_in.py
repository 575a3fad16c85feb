"""Sign-ins: server-side sessions of twelve hours, renewed by what a moderator does, never by looking."""

from __future__ import annotations

import secrets
from datetime import timedelta

from service.domain.access import secret_hash
from service.domain.errors import UnauthenticatedError
from service.domain.ports import Clock, NewId, PasswordHasher
from service.storage import staff
from service.storage.staff import LoginSession
from service.storage.uow import Reader, Session, UnitOfWork
from service.text.clean import clean_line

LIFETIME = timedelta(hours=12)


class SignIn:
    def __init__(
        self, uow: UnitOfWork, reader: Reader, passwords: PasswordHasher, new_id: NewId, clock: Clock
    ) -> None:
        self._uow, self._reader, self._passwords = uow, reader, passwords
        self._new_id, self._clock = new_id, clock

    def sign_in(self, login: str, password: str, language: str) -> str:
        """The value of a new session's cookie. A wrong login and a wrong password are one error, in equal time."""
        moderator = self._reader.run(lambda s: staff.find_by_login(s, clean_line(login).casefold()))
        usable = moderator is not None and moderator.disabled_at is None
        stored = moderator.password_hash if moderator is not None and usable else None
        if not self._passwords.verify(stored, password) or moderator is None or stored is None:
            raise UnauthenticatedError("sign_in_failed")
        value = secrets.token_urlsafe(32)
        rehashed = self._passwords.hash(password) if self._passwords.needs_rehash(stored) else None

        def change(session: Session) -> str:
            now = self._clock()
            staff.drop_expired(session, now)
            session.add(
                LoginSession(
                    id=self._new_id(now),
                    moderator_id=moderator.id,
                    token_hash=secret_hash(value),
                    language=language,
                    created_at=now,
                    expires_at=now + LIFETIME,
                )
            )
            known = staff.find_by_login(session, moderator.login)
            if rehashed and known is not None:
                known.password_hash = rehashed
            return value

        return self._uow.run(change)

    def renew(self, value: str, language: str | None = None) -> None:
        """Another twelve hours from now, for a session that is still alive; and its language, when it changes."""

        def change(session: Session) -> None:
            found = staff.find_session(session, secret_hash(value))
            if found is None or found[0].expires_at <= self._clock():
                raise UnauthenticatedError()
            found[0].expires_at = self._clock() + LIFETIME
            found[0].language = language or found[0].language

        self._uow.run(change)

    def sign_out(self, value: str) -> None:
        """The session is gone; its cookie opens nothing any more."""
        self._uow.run(lambda session: staff.end_session(session, secret_hash(value)))
