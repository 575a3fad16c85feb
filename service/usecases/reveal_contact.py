"""Shows the address behind a comment to somebody who may see it, and writes down that they did."""

from __future__ import annotations

from uuid import UUID

from service.domain.access import Permission, Principal
from service.domain.errors import NotFoundError
from service.domain.ports import Clock, NewId, Sealed, Vault
from service.storage import comments, contacts
from service.storage.disclosures import Disclosure
from service.storage.uow import Session, UnitOfWork


class RevealContact:
    def __init__(self, uow: UnitOfWork, vault: Vault, new_id: NewId, clock: Clock) -> None:
        self._uow, self._vault, self._new_id, self._clock = uow, vault, new_id, clock

    def reveal(self, principal: Principal, comment_id: UUID) -> str | None:
        """The address, once it is in the log that it was shown; ``None`` when the comment has none."""
        principal.require(Permission.CONTACTS)

        def change(session: Session) -> str | None:
            if comments.find(session, principal.site_id, comment_id) is None:
                raise NotFoundError("comment_not_found")
            contact = contacts.find(session, principal.site_id, comment_id)
            if contact is None:
                return None
            sealed = Sealed(contact.key_id, contact.sealed)
            address = self._vault.open(sealed, site=contact.site_id, comment=contact.comment_id)
            now = self._clock()
            session.add(
                Disclosure(
                    id=self._new_id(now),
                    site_id=principal.site_id,
                    actor_id=principal.actor.id,
                    actor_label=principal.actor.label,
                    kind="reveal",
                    comment_id=comment_id,
                    hits=1,
                    at=now,
                )
            )
            return address

        return self._uow.run(change)
