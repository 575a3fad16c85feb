"""Open a lane: a newsroom lets its model publish by itself what is likely fine, and closes the lane again; past its
bound it closes by itself.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from service.domain.access import Permission, Principal
from service.domain.errors import ConflictError, FieldError, InvalidError
from service.domain.lane import AUDITS, BOUNDS, REST, Tally
from service.domain.ports import Clock, NewId
from service.storage import lanes
from service.storage.lanes import LaneChange
from service.storage.uow import Reader, Session, UnitOfWork
from service.usecases.lane_bound import state_of
from service.usecases.precedent import lane_offers


class OpenLane:
    def __init__(self, uow: UnitOfWork, reader: Reader, new_id: NewId, clock: Clock) -> None:
        self._uow, self._reader, self._new_id, self._clock = uow, reader, new_id, clock

    def open(self, principal: Principal, percent: int, audit: int) -> LaneChange:
        """From now on. ``percent`` in a hundred may be wrong, one of ``BOUNDS``; ``audit`` in a hundred wait for a
        moderator all the same, one of ``AUDITS``.

        ``InvalidError`` for other numbers; ``ConflictError``: ``lane_open`` when it is; ``lane_rests`` when it has
        closed by itself within ``REST``; ``lane_not_earned`` while what moderators have decided one by one does not say
        surely enough that the model keeps the bound.
        """
        principal.require(Permission.MANAGE)
        allowed = {"percent": (percent, BOUNDS), "audit": (audit, AUDITS)}
        faults = [FieldError(name, "not_listed") for name, (value, listed) in allowed.items() if value not in listed]
        if faults:
            raise InvalidError(faults)

        def change(session: Session) -> LaneChange:
            lanes.lock(session, principal.site_id)
            last = lanes.find_last(session, principal.site_id)
            if last is not None and last.open:
                raise ConflictError("lane_open")
            if last is not None and self._clock() - _broke_at(session, last) < REST:
                raise ConflictError("lane_rests")
            found = lane_offers(session, principal.site_id).get(percent)
            if found is None:
                raise ConflictError("lane_not_earned")
            return self._add(session, principal.site_id, last, True, percent, audit, found, principal.actor.label)

        return self._uow.run(change)

    def close(self, principal: Principal) -> LaneChange:
        """At once; what it has published stays. A lane that has closed by itself is left so: somebody has seen it.
        ``ConflictError("lane_closed")`` when somebody has closed it.
        """
        principal.require(Permission.MANAGE)
        closed = self._uow.run(lambda session: self._close(session, principal.site_id, principal.actor.label))
        if closed is None:
            raise ConflictError("lane_closed")
        return closed

    def watch(self, site: UUID) -> LaneChange | None:
        """Closes the site's lane when its bound is not kept any more: how, if it was closed now. To be called every few
        seconds; no comment is let through in between, whether this is called or not.
        """
        if self._reader.run(lambda session: _broken(session, site, self._clock())) is None:
            return None
        return self._uow.run(lambda session: self._close(session, site, None))

    def _close(self, session: Session, site: UUID, label: str | None) -> LaneChange | None:
        lanes.lock(session, site)
        last = lanes.find_last(session, site) if label else _broken(session, site, self._clock())
        if last is None or not (last.open or last.label is None):
            return None
        found = state_of(session, last, self._clock()).audited if last.open else Tally(last.wrong, last.judged)
        return self._add(session, site, last, False, last.percent, last.audit, found, label)

    def _add(
        self,
        session: Session,
        site: UUID,
        last: LaneChange | None,
        is_open: bool,
        percent: int,
        audit: int,
        found: Tally,
        label: str | None,
    ) -> LaneChange:
        """Behind the last in the order of ids too, whatever another machine's clock has said."""
        now = max(self._clock(), last.at + timedelta(milliseconds=2)) if last else self._clock()
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


def _broken(session: Session, site: UUID, now: datetime) -> LaneChange | None:
    """The open lane that must not stay so."""
    opened = lanes.find_open(session, site)
    return opened if opened is not None and not state_of(session, opened, now).kept else None


def _broke_at(session: Session, last: LaneChange) -> datetime:
    """When it last closed by itself; long ago when it never has."""
    broke = lanes.find_broken(session, last.site_id)
    return broke.at if broke else datetime.min.replace(tzinfo=UTC)
