"""Keep a search under a name, for oneself, and drop it again."""

from __future__ import annotations

from uuid import UUID

from service.domain.access import Permission, Principal
from service.domain.desk import Ask
from service.domain.errors import FieldError, ForbiddenError, InvalidError, NotFoundError
from service.domain.ports import Clock, NewId
from service.storage import searches, submissions
from service.storage.searches import KeptSearch
from service.storage.uow import Session, UnitOfWork
from service.text.clean import clean_line, length

MAX_NAME = 80
#: Searches one moderator may keep at one site: as many as a list still serves.
MOST = 20


class KeepSearch:
    def __init__(self, uow: UnitOfWork, new_id: NewId, clock: Clock) -> None:
        self._uow, self._new_id, self._clock = uow, new_id, clock

    def keep(self, principal: Principal, name: str, ask: Ask) -> None:
        """Under the name of one that is kept already it takes its place. ``InvalidError`` without a name, or with one
        too long, and when there are ``MOST``.
        """
        moderator, name = _moderator(principal), clean_line(name)
        if not name:
            raise InvalidError([FieldError("name", "required")])
        if length(name) > MAX_NAME:
            raise InvalidError([FieldError("name", "too_long", {"limit": MAX_NAME})])
        asked = {"view": ask.view, "sort": ask.sort, **ask.given()}

        def change(session: Session) -> None:
            # Two clicks would each find no search of that name.
            submissions.one_at_a_time(session, moderator.bytes[8:])
            kept = searches.list_of(session, principal.site_id, moderator)
            same = next((search for search in kept if search.name == name), None)
            if same is not None:
                same.asked = asked
                return
            if len(kept) >= MOST:
                raise InvalidError([FieldError("name", "searches_full", {"limit": MOST})])
            now = self._clock()
            session.add(
                KeptSearch(
                    id=self._new_id(now),
                    site_id=principal.site_id,
                    moderator_id=moderator,
                    name=name,
                    asked=asked,
                    created_at=now,
                )
            )

        self._uow.run(change)

    def drop(self, principal: Principal, search_id: UUID) -> None:
        """``NotFoundError`` for one that is not the moderator's own, here."""
        moderator = _moderator(principal)

        def change(session: Session) -> None:
            kept = searches.list_of(session, principal.site_id, moderator)
            found = next((search for search in kept if search.id == search_id), None)
            if found is None:
                raise NotFoundError("search_not_found")
            session.delete(found)

        self._uow.run(change)


def _moderator(principal: Principal) -> UUID:
    principal.require(Permission.READ_QUEUE)
    if principal.actor.id is None:
        raise ForbiddenError("forbidden")
    return principal.actor.id
