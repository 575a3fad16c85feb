"""A moderator's own account: its sign-ins and its password."""

from __future__ import annotations

import secrets
from uuid import UUID

from service.domain.access import secret_hash
from service.domain.credentials import check_password
from service.domain.errors import FieldError, InvalidError, UnauthenticatedError
from service.domain.ports import PasswordHasher
from service.storage import staff
from service.storage.uow import Reader, Session, UnitOfWork


class ManageSessions:
    def __init__(self, uow: UnitOfWork, reader: Reader, passwords: PasswordHasher) -> None:
        self._uow, self._reader, self._passwords = uow, reader, passwords

    def end(self, moderator: UUID, session_id: UUID) -> None:
        """One sign-in of the account is over; of another account's, nothing happens."""
        self._uow.run(lambda session: staff.end_one_session(session, moderator, session_id))

    def end_others(self, moderator: UUID, cookie: str) -> None:
        """Every sign-in of the account is over but the one that asks."""
        self._uow.run(lambda session: staff.end_other_sessions(session, moderator, secret_hash(cookie)))

    def change_password(self, cookie: str, current: str, password: str) -> str:
        """The cookie under which this sign-in goes on; the old value, and every other sign-in, is over."""
        found = self._reader.run(lambda s: staff.find_session(s, secret_hash(cookie)))
        if found is None:
            raise UnauthenticatedError()
        if not self._passwords.verify(found[1].password_hash, current):
            raise InvalidError([FieldError("current", "password_wrong")])
        stored, value = self._passwords.hash(check_password(password)), secrets.token_urlsafe(32)

        def change(session: Session) -> str:
            again = staff.find_session(session, secret_hash(cookie))
            if again is None:
                raise UnauthenticatedError()
            login, moderator = again
            moderator.password_hash = stored
            staff.end_other_sessions(session, moderator.id, login.token_hash)
            login.token_hash = secret_hash(value)
            return value

        return self._uow.run(change)
