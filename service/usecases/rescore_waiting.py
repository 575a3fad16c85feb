"""Rescore: what waits is told what the site's model makes of it now.

A comment that came before the model could speak, or when it thought otherwise, bears no note or an old one. When
another version of the model was stored, all that waits is gone through once more, a little at a time. Nothing is
decided by it, and no comment is another version for it.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from service.domain import urgency
from service.domain.moderation import Status
from service.domain.ports import Clock, NewId
from service.learning.learner import Learner
from service.screening.facts import Finding as Seen
from service.screening.facts import Outcome
from service.screening.phases.past_decisions import CODES, note_of
from service.storage import comments, flags, lanes, learners, sites, waiting
from service.storage.comments import Comment
from service.storage.findings import Finding
from service.storage.flags import Flag
from service.storage.lanes import LaneChange
from service.storage.uow import Reader, Session, UnitOfWork, apart
from service.storage.waiting import Waiting
from service.usecases.judged_text import add_finding
from service.usecases.precedent import in_lane, model_of, said_by

#: Comments of one transaction: who decides on one of them meanwhile waits some milliseconds.
CHUNK = 50
#: Seconds after which one go ends, over all sites together: learning is never late for it.
LONGEST = 0.5
#: A site's comments are gone through at most so often.
EVERY = timedelta(minutes=1)

_FIRST = UUID(int=0)
#: From behind the first id up to the second, or to the end.
_Range = tuple[UUID, UUID | None]
#: The text that was scored, and the note that should stand on it.
_Wanted = tuple[int, Seen | None]


@dataclass
class _Walk:
    """What is left to go through for ``version``, from ``place`` on. For a newer one it goes round once from where it
    is: begun anew each time, it would never come to the end of a long queue.
    """

    version: int = 0
    begun_at: datetime | None = None
    place: UUID = _FIRST
    left: list[_Range] = field(default_factory=list)

    def start(self, version: int, now: datetime) -> None:
        self.version, self.begun_at = version, now
        self.left = [(self.place, None), (_FIRST, self.place)] if self.place != _FIRST else [(_FIRST, None)]

    def come_to(self, last: UUID | None) -> None:
        """``None``: to the end of the first range."""
        _, end = self.left.pop(0)
        if last is not None:
            self.left.insert(0, (last, end))
        self.place = self.left[0][0] if self.left else _FIRST

    def put_off(self) -> None:
        """It goes on from its place when it may begin again, whether there is another version then or not."""
        self.version, self.left = 0, []


@dataclass(frozen=True)
class _Look:
    """Some that wait, what was found in them, and which are looked at without a word of what the model thinks: those of
    its ``lane``, while that is open.
    """

    learner: Learner
    language: str
    rows: Sequence[Waiting]
    found: Mapping[UUID, Sequence[Finding]]
    plain: Collection[UUID]
    lane: LaneChange | None


class RescoreWaiting:
    """``on_failure`` hears of what could not be done. ``ticks``: seconds of a clock that only goes forward."""

    def __init__(
        self,
        uow: UnitOfWork,
        reader: Reader,
        new_id: NewId,
        clock: Clock,
        on_failure: Callable[[str, Exception], None],
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._uow, self._reader, self._new_id, self._clock = uow, reader, new_id, clock
        self._on_failure, self._ticks = on_failure, ticks
        #: The site that has waited longest for its turn comes first.
        self._walks: OrderedDict[UUID, _Walk] = OrderedDict()

    def rescore(self) -> bool:
        """Goes on where it ended, for at most ``LONGEST`` seconds and a chunk; whether there is more to go through.

        A process goes through everything once after it has started, since the one before may have been ended anywhere.
        A site that fails keeps no other from its turn, and has another one in ``EVERY``.
        """
        end = self._ticks() + LONGEST
        self._begin()
        for site, walk in list(self._walks.items()):
            self._walks.move_to_end(site)
            try:
                while walk.left and self._ticks() < end:
                    self._chunk(site, walk)
            except Exception as error:
                self._on_failure("rescoring", error)
                walk.put_off()
            if self._ticks() >= end:
                break
        return any(walk.left for walk in self._walks.values())

    def _begin(self) -> None:
        stored = self._reader.run(
            lambda session: {s.id: learners.find_version(session, s.id) for s in sites.list_all(session)}
        )
        now = self._clock()
        for site, version in stored.items():
            walk = self._walks.setdefault(site, _Walk())
            if version != walk.version and (walk.begun_at is None or now - walk.begun_at >= EVERY):
                walk.start(version, now)

    def _chunk(self, site: UUID, walk: _Walk) -> None:
        after, last = walk.left[0]
        look = self._reader.run(lambda session: _look(session, site, after, last))
        if look is None:
            # Of another release. A version that can be read comes, and is gone through then.
            walk.left = []
            return
        changed = self._changed(look)
        if changed:
            self._uow.run(lambda session: self._tell(session, site, changed))
        walk.come_to(look.rows[-1].comment if len(look.rows) == CHUNK else None)

    def _changed(self, look: _Look) -> dict[UUID, _Wanted]:
        """Those that bear another note than they should. One that cannot be scored keeps what it has."""
        changed = {}
        for row in look.rows:
            try:
                note = note_of(said_by(look.learner, look.language, row.body))
            except Exception as error:
                self._on_failure("past_decisions", error)
                continue
            if row.comment in look.plain or (note and look.lane and _answers(look, look.lane, row.body)):
                note = None
            if _differs(look.found.get(row.comment, ()), note):
                changed[row.comment] = row.revision, note
        return changed

    def _tell(self, session: Session, site: UUID, wanted: Mapping[UUID, _Wanted]) -> None:
        """Looked at once more, held: who has decided, edited, taken back or erased meanwhile was first."""
        held = [
            comment
            for comment in comments.lock_many(session, site, list(wanted)).values()
            if comment.status == Status.PENDING and comment.latest_revision == wanted[comment.id][0]
        ]
        found = waiting.findings_of(session, site, {c.id: c.latest_revision for c in held})
        reports = flags.list_open(session, site, [c.id for c in held])
        for comment in held:
            note, seen, open_ = wanted[comment.id][1], found.get(comment.id, ()), reports.get(comment.id, ())
            apart(
                session,
                partial(self._put, comment=comment, note=note, found=seen, reports=open_),
                lambda error: self._on_failure("past_decisions", error),
            )

    def _put(
        self, session: Session, comment: Comment, note: Seen | None, found: Sequence[Finding], reports: Sequence[Flag]
    ) -> None:
        old = [finding for finding in found if finding.code in CODES]
        for finding in old:
            session.delete(finding)
        session.flush()
        weighing = [(f.code, f.outcome != Outcome.NOTE.code) for f in found if f.code not in CODES]
        if note is not None:
            # In the place of the one before: a card keeps its order.
            own = old[0].id if old else self._new_id(self._clock())
            add_finding(session, comment, comment.latest_revision, note, own)
            weighing.append((note.code, note.outcome is not Outcome.NOTE))
        comment.rank = urgency.rank_of(weighing, len(reports))
        session.flush()


def _look(session: Session, site: UUID, after: UUID, last: UUID | None) -> _Look | None:
    learner = model_of(session, site)
    if learner is None:
        return None
    rows = waiting.list_behind(session, site, after, last, CHUNK)
    found = waiting.findings_of(session, site, {row.comment: row.revision for row in rows})
    plain = lanes.audited_of(session, site, [row.comment for row in rows])
    return _Look(learner, sites.get(session, site).policy.language, rows, found, plain, lanes.find_open(session, site))


def _answers(look: _Look, lane: LaneChange, body: str) -> bool:
    return in_lane(look.learner, lane, look.language, "", body)


def _differs(found: Sequence[Finding], note: Seen | None) -> bool:
    stands = [(f.code, f.rule, f.check_version, [*map(list, f.spans)]) for f in found if f.code in CODES]
    if note is None:
        return bool(stands)
    return stands != [(note.code, note.rule, note.check_version, [*map(list, note.spans)])]
