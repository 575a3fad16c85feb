"""Take leases: a moderator reads these comments now, and colleagues are handed others for two minutes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from service.domain.access import Permission, Principal
from service.domain.errors import ForbiddenError, MalformedError, NotFoundError
from service.domain.moderation import ActorKind
from service.domain.ports import Clock
from service.storage import leases, submissions
from service.storage.leases import Lease
from service.storage.uow import Session, UnitOfWork

LASTS = timedelta(minutes=2)
#: Comments named at once.
MOST = 50


@dataclass(frozen=True)
class Taken:
    """Of the comments that were asked for: the moderator's own from now on, and who reads the others."""

    mine: Sequence[UUID]
    held: Mapping[UUID, str]


class TakeLeases:
    def __init__(self, uow: UnitOfWork, clock: Clock) -> None:
        self._uow, self._clock = uow, clock

    def take(self, principal: Principal, wanted: Sequence[UUID], returned: Sequence[UUID] = ()) -> Taken:
        """Takes or renews what no colleague holds, and gives ``returned`` back. Never are two told that they hold one.

        A lease steers and forbids nothing: whoever decides needs none. ``NotFoundError`` when one is not the site's,
        ``MalformedError`` for more than ``MOST``; then none is taken. ``ForbiddenError`` for a program, which reads
        nothing.
        """
        principal.require(Permission.DECIDE)
        moderator, site = principal.actor.id, principal.site_id
        if principal.actor.kind is not ActorKind.MODERATOR or moderator is None:
            raise ForbiddenError("forbidden")
        if max(len(wanted), len(returned)) > MOST:
            raise MalformedError("bad_parameter", public={"parameter": "ids"})

        def change(session: Session) -> Taken:
            now = self._clock()
            # Two who ask at the same moment would both find a comment free.
            submissions.one_at_a_time(session, site.bytes[8:])
            leases.drop_expired(session, site, now)
            if returned:
                leases.release(session, site, moderator, returned)
            if not wanted:
                return Taken((), {})
            if not leases.all_of_site(session, site, wanted):
                raise NotFoundError("comment_not_found")
            return _granted(session, site, moderator, wanted, now)

        return self._uow.run(change)


def _granted(session: Session, site: UUID, moderator: UUID, wanted: Sequence[UUID], now: datetime) -> Taken:
    there = leases.find_many(session, site, wanted)
    mine: list[UUID] = []
    held: dict[UUID, str] = {}
    for comment in dict.fromkeys(wanted):
        lease, name = there.get(comment, (None, ""))
        if lease is None:
            session.add(Lease(comment_id=comment, site_id=site, moderator_id=moderator, until=now + LASTS))
        elif lease.moderator_id == moderator or lease.until <= now:
            lease.moderator_id, lease.until = moderator, now + LASTS
        else:
            held[comment] = name
            continue
        mine.append(comment)
    return Taken(mine, held)
