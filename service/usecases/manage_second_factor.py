"""A moderator's second factor: set up, confirmed by a first code, taken off again."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from uuid import UUID

from service.domain import totp
from service.domain.credentials import check_login
from service.domain.errors import ConflictError, FieldError, InvalidError, NotFoundError
from service.domain.ports import Clock, NewId, PasswordHasher, Vault
from service.storage import second_factors, staff
from service.storage.second_factors import RecoveryCode, SecondFactor
from service.storage.uow import Reader, Session, UnitOfWork
from service.usecases.second_factor_secret import opened_secret, proves, recovery_hash, sealed_secret

RECOVERY_CODES = 10
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True)
class Enrolment:
    """What the authenticator is given."""

    secret: str = field(repr=False)
    link: str = field(repr=False)


class ManageSecondFactor:
    def __init__(
        self, uow: UnitOfWork, reader: Reader, passwords: PasswordHasher, vault: Vault, new_id: NewId, clock: Clock
    ) -> None:
        self._uow, self._reader, self._passwords, self._vault = uow, reader, passwords, vault
        self._new_id, self._clock = new_id, clock

    def start(self, moderator_id: UUID, password: str) -> Enrolment:
        """A fresh secret, which counts once it is confirmed.

        Needs the password: whoever finds a sign-in left open cannot lock its owner out.
        """
        moderator = self._reader.run(lambda s: staff.get(s, moderator_id))
        if not self._passwords.verify(moderator.password_hash, password):
            raise InvalidError([FieldError("current", "password_wrong")])
        secret = totp.new_secret()
        sealed = sealed_secret(self._vault, secret, moderator_id)

        def change(session: Session) -> Enrolment:
            known = second_factors.lock(session, moderator_id)
            if known is not None and known.confirmed_at is not None:
                raise ConflictError("second_factor_on")
            second_factors.remove(session, moderator_id)
            session.expunge_all()
            session.add(
                SecondFactor(moderator_id=moderator_id, key_id=sealed.key_id, sealed=sealed.data, last_step=0)
            )
            return Enrolment(secret, totp.link(secret, moderator.login))

        return self._uow.run(change)

    def waiting(self, moderator_id: UUID) -> Enrolment:
        """The enrolment that was begun and is not confirmed; ``ConflictError`` when there is none."""

        def question(session: Session) -> Enrolment:
            factor = second_factors.find(session, moderator_id)
            if factor is None or factor.confirmed_at is not None:
                raise ConflictError("second_factor_not_begun")
            secret = opened_secret(self._vault, factor)
            return Enrolment(secret, totp.link(secret, staff.get(session, moderator_id).login))

        return self._reader.run(question)

    def confirm(self, moderator_id: UUID, code: str) -> list[str]:
        """From now on signing in asks for a code. The recovery codes are returned here and never again."""
        codes = ["-".join(_random(5) for _ in range(3)) for _ in range(RECOVERY_CODES)]

        def change(session: Session) -> list[str]:
            factor = second_factors.lock(session, moderator_id)
            if factor is None or factor.confirmed_at is not None:
                raise ConflictError("second_factor_not_begun")
            now = self._clock()
            if not proves(session, self._vault, factor, code, now):
                raise InvalidError([FieldError("code", "code_wrong")])
            factor.confirmed_at = now
            for made in codes:
                session.add(
                    RecoveryCode(
                        id=self._new_id(now), moderator_id=moderator_id, code_hash=recovery_hash(made)
                    )
                )
            return codes

        return self._uow.run(change)

    def take_off(self, moderator_id: UUID, code: str) -> None:
        """Signing in asks for the password alone again. Needs a code, so that a sign-in left open cannot do it."""

        def change(session: Session) -> None:
            factor = second_factors.lock(session, moderator_id)
            if factor is None or factor.confirmed_at is None:
                raise ConflictError("second_factor_off")
            if not proves(session, self._vault, factor, code, self._clock()):
                raise InvalidError([FieldError("code", "code_wrong")])
            session.flush()
            second_factors.remove(session, moderator_id)

        self._uow.run(change)

    def reset(self, login: str) -> str:
        """For an operator: the account's factor is gone, and every sign-in of it ends. Returns the login."""

        def change(session: Session) -> str:
            moderator = staff.find_by_login(session, check_login(login))
            if moderator is None:
                raise NotFoundError("moderator_not_found")
            second_factors.remove(session, moderator.id)
            staff.end_sessions(session, moderator.id)
            return moderator.login

        return self._uow.run(change)


def _random(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))
