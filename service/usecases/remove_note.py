"""Remove a note: one's own, or with the right to overrule colleagues anybody's. It is gone, and leaves no trace."""

from __future__ import annotations

from uuid import UUID

from service.domain.access import Permission, Principal
from service.storage import notes
from service.storage.uow import Session, UnitOfWork


class RemoveNote:
    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def remove(self, principal: Principal, note_id: UUID) -> None:
        """``NotFoundError`` for what is not the site's or is gone, ``ForbiddenError`` for a colleague's."""
        principal.require(Permission.DECIDE)

        def change(session: Session) -> None:
            note = notes.get(session, principal.site_id, note_id)
            if note.moderator_id != principal.actor.id:
                principal.require(Permission.UNDO_OTHERS)
            session.delete(note)

        self._uow.run(change)
        self._uow.forget()
