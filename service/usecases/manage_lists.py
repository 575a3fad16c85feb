"""A site's lists of hosts and of mail domains: brought in whole, replaced whole, taken away whole."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from service.domain.errors import NotFoundError
from service.domain.host_lists import read_list
from service.domain.ports import Clock, NewId
from service.storage import host_lists, sites
from service.storage.host_lists import HostList
from service.storage.uow import Session, UnitOfWork


class ManageLists:
    def __init__(self, uow: UnitOfWork, new_id: NewId, clock: Clock) -> None:
        self._uow, self._new_id, self._clock = uow, new_id, clock

    def replace(self, slug: str, kind: str, name: str, action: str, lines: Iterable[str], by: str) -> HostList:
        """The list as it is now; one of the same kind and name is replaced, in the same transaction, so that no comment
        meets half of it. ``InvalidError`` as of ``read_list``, before anything is written.
        """
        new = read_list(kind, name, action, lines)

        def change(session: Session) -> HostList:
            site, now = sites.get_by_slug(session, slug), self._clock()
            before = host_lists.find(session, site.id, new.kind, new.name)
            if before is not None:
                host_lists.remove(session, before)
            stored = HostList(
                id=self._new_id(now),
                site_id=site.id,
                kind=new.kind,
                name=new.name,
                action=new.action,
                size=len(new.hosts),
                set_by=by,
                set_at=now,
            )
            host_lists.add(session, stored, new.hosts)
            return stored

        return self._uow.run(change)

    def remove(self, slug: str, kind: str, name: str) -> None:
        """``NotFoundError`` when the site has no such list."""

        def change(session: Session) -> None:
            site = sites.get_by_slug(session, slug)
            found = host_lists.find(session, site.id, kind, name)
            if found is None:
                raise NotFoundError("list_not_found")
            host_lists.remove(session, found)

        self._uow.run(change)

    def remove_by_id(self, site_id: UUID, list_id: UUID) -> None:
        """``NotFoundError`` when it is not the site's; a second click finds it gone already."""

        def change(session: Session) -> None:
            found = host_lists.find_by_id(session, site_id, list_id)
            if found is None:
                raise NotFoundError("list_not_found")
            host_lists.remove(session, found)

        self._uow.run(change)
