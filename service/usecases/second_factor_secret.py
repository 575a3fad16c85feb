"""The authenticator's secret as it lies sealed, and whether a code proves it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from service.domain.access import secret_hash
from service.domain.ports import Sealed, Vault
from service.domain.totp import digits_of, matching_step
from service.storage import second_factors
from service.storage.second_factors import SecondFactor
from service.storage.uow import Session

#: An account is no site's: its secret is bound to the account alone.
NO_SITE = UUID(int=0)


def sealed_secret(vault: Vault, secret: str, moderator: UUID) -> Sealed:
    return vault.seal(secret, site=NO_SITE, comment=moderator)


def opened_secret(vault: Vault, factor: SecondFactor) -> str:
    return vault.open(Sealed(factor.key_id, factor.sealed), site=NO_SITE, comment=factor.moderator_id)


def recovery_hash(typed: str) -> bytes:
    """Recovery codes are compared without spaces, hyphens and case."""
    return secret_hash("recovery " + digits_of(typed).replace("-", "").lower())


def proves(session: Session, vault: Vault, factor: SecondFactor, typed: str, now: datetime) -> bool:
    """Whether the code is the authenticator's, or an unused recovery code. Either is used up by this.

    ``factor`` has to be locked.
    """
    step = matching_step(opened_secret(vault, factor), typed, now, factor.last_step)
    if step is not None:
        factor.last_step = step
        return True
    recovery = second_factors.find_recovery(session, factor.moderator_id, recovery_hash(typed))
    if recovery is None:
        return False
    recovery.used_at = now
    return True
