"""Finds the comments that were sent with exactly one address. What was asked for is not kept, that it was asked is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service.domain.access import Permission, Principal
from service.domain.errors import FieldError, InvalidError
from service.domain.ports import Clock, NewId, Vault
from service.storage import contacts
from service.storage.disclosures import Disclosure
from service.storage.uow import Session, UnitOfWork
from service.text.address import check_address

MAX_FOUND = 100


@dataclass(frozen=True)
class FoundComment:
    id: UUID
    name: str
    status: str
    created_at: datetime


class LookUpContact:
    def __init__(self, uow: UnitOfWork, vault: Vault, new_id: NewId, clock: Clock) -> None:
        self._uow, self._vault, self._new_id, self._clock = uow, vault, new_id, clock

    def look_up(self, principal: Principal, typed: str) -> Sequence[FoundComment]:
        """The site's comments under this address, newest first, at most ``MAX_FOUND``; never a similar address."""
        principal.require(Permission.CONTACTS)
        address = check_address(typed.strip())
        if address is None:
            raise InvalidError([FieldError("email", "email_invalid")])
        fingerprint = self._vault.fingerprint(address.canonical, site=principal.site_id)

        def change(session: Session) -> Sequence[FoundComment]:
            rows = contacts.list_comments(session, principal.site_id, fingerprint, MAX_FOUND)
            found = [FoundComment(c.id, name, c.status, c.created_at) for c, name in rows]
            now = self._clock()
            session.add(
                Disclosure(
                    id=self._new_id(now),
                    site_id=principal.site_id,
                    actor_id=principal.actor.id,
                    actor_label=principal.actor.label,
                    kind="look_up",
                    hits=len(found),
                    at=now,
                )
            )
            return found

        return self._uow.run(change)
