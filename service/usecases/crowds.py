"""From how many networks comments come lately, beside how many were usual: what a crowd is told by."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta
from threading import Lock
from uuid import UUID

from service.screening.phases.flood_crowd import SITE, THREAD, crowd_from
from service.storage import arrivals
from service.storage.uow import Session

#: How long what was usual is taken to be so. The hour it is counted over slides by that much.
HOLDS = timedelta(seconds=10)
#: Threads and sites of which it is remembered.
MOST = 256

Stretches = tuple[int, ...]


class Crowds:
    """Counts what came lately each time, and what came before that once in ``HOLDS``: a busy site has tens of thousands
    of arrivals in its last hour, and reading them for each comment would cost more the more there are.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._usual: OrderedDict[tuple[UUID, UUID | None], tuple[datetime, Stretches]] = OrderedDict()

    def around(
        self, session: Session, site: UUID, thread: UUID | None, now: datetime
    ) -> tuple[Stretches, Stretches]:
        """From how many networks comments have come to the thread and to the whole site, in each ten minutes of the
        last hour, the latest first; that one is counted no further than a crowd begins. Nothing where it is of fewer
        networks than ``THREAD`` and ``SITE``, which costs little to see. ``thread``: ``None`` for a new one.
        """
        lately = arrivals.networks_lately(session, site, thread, now, in_thread=THREAD, on_site=SITE)
        crowded: list[Stretches] = [(), ()]
        for n, (where, most) in enumerate(((thread, THREAD), (None, SITE))):
            if lately[n] >= most:
                before = self._before(session, site, where, now)
                begins = crowd_from(before, most)
                counted = lately[n]
                if begins > most:
                    counted = arrivals.networks_lately(
                        session, site, thread, now, in_thread=0 if n else begins, on_site=begins if n else 0
                    )[n]
                crowded[n] = (counted, *before)
        return crowded[0], crowded[1]

    def _before(self, session: Session, site: UUID, thread: UUID | None, now: datetime) -> Stretches:
        key = (site, thread)
        with self._lock:
            known = self._usual.get(key)
        if known is not None and timedelta(0) <= now - known[0] < HOLDS:
            return known[1]
        counted = arrivals.networks_before(session, site, thread, now)
        with self._lock:
            self._usual[key] = (now, counted)
            self._usual.move_to_end(key)
            while len(self._usual) > MOST:
                self._usual.popitem(last=False)
        return counted


CROWDS = Crowds()
