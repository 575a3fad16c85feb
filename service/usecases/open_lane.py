"""Open a lane: a newsroom lets its model publish by itself what is likely fine, and closes the lane again; past its
bound it closes by itself.
"""

from __future__ import annotations

from uuid import UUID

from service.domain.access import Permission, Principal
from service.domain.errors import ConflictError, FieldError, InvalidError
from service.domain.lane import AUDITS, BOUNDS, MEMORY, Tally, is_kept
from service.domain.ports import Clock, NewId
from service.storage import lanes
from service.storage.lanes import LaneChange
from service.storage.uow import Reader, Session, UnitOfWork
from service.usecases.precedent import lane_offers


class OpenLane:
    def __init__(self, uow: UnitOfWork, reader: Reader, new_id: NewId, clock: Clock) -> None:
        self._uow, self._reader, self._new_id, self._clock = uow, reader, new_id, clock

    def open(self, principal: Principal, percent: int, audit: int) -> LaneChange:
        """From now on. ``percent`` in a hundred may be wrong, one of ``BOUNDS``; ``audit`` in a hundred wait for a
        moderator all the same, one of ``AUDITS``. An open lane begins anew.

        ``InvalidError`` for other numbers; ``ConflictError("lane_not_earned")`` while what moderators have decided does
        not say surely enough that the model keeps the bound, or is too little.
        """
        principal.require(Permission.MANAGE)
        allowed = {"percent": (percent, BOUNDS), "audit": (audit, AUDITS)}
        faults = [FieldError(name, "not_listed") for name, (value, listed) in allowed.items() if value not in listed]
        if faults:
            raise InvalidError(faults)

        def change(session: Session) -> LaneChange:
            lanes.lock(session, principal.site_id)
            found = lane_offers(session, principal.site_id).get(percent)
            if found is None:
                raise ConflictError("lane_not_earned")
            return self._add(session, principal.site_id, True, percent, audit, found, principal.actor.label)

        return self._uow.run(change)

    def close(self, principal: Principal) -> LaneChange:
        """At once; what it has published stays. ``ConflictError("lane_closed")`` when it is."""
        principal.require(Permission.MANAGE)
        closed = self._uow.run(lambda session: self._close(session, principal.site_id, principal.actor.label))
        if closed is None:
            raise ConflictError("lane_closed")
        return closed

    def watch(self, site: UUID) -> LaneChange | None:
        """Closes the site's lane when its bound is not kept any more: how, if it was closed now. To be called every few
        seconds; no comment is let through in between, whether this is called or not.
        """
        if self._reader.run(lambda session: _broken(session, site)) is None:
            return None
        return self._uow.run(lambda session: self._close(session, site, None))

    def _close(self, session: Session, site: UUID, label: str | None) -> LaneChange | None:
        lanes.lock(session, site)
        opened = lanes.find_open(session, site) if label else _broken(session, site)
        if opened is None:
            return None
        audited = lanes.list_audited(session, opened, MEMORY)
        found = Tally(sum(audited), len(audited))
        return self._add(session, site, False, opened.percent, opened.audit, found, label)

    def _add(
        self, session: Session, site: UUID, is_open: bool, percent: int, audit: int, found: Tally, label: str | None
    ) -> LaneChange:
        now = self._clock()
        new = LaneChange(
            id=self._new_id(now),
            site_id=site,
            open=is_open,
            percent=percent,
            audit=audit,
            wrong=int(found.wrong),
            judged=int(found.judged),
            label=label,
            at=now,
        )
        session.add(new)
        return new


def _broken(session: Session, site: UUID) -> LaneChange | None:
    """The open lane that must not stay so."""
    opened = lanes.find_open(session, site)
    if opened is None:
        return None
    audited = lanes.list_audited(session, opened, MEMORY)
    return None if is_kept(opened.percent, Tally(opened.wrong, opened.judged), audited) else opened
