"""What the public reads, from the primary or from a standby that is known to show the same.

A standby follows the primary at some distance, most of the time of milliseconds. What an answer is made of has
versions; those the primary tells. Only where the standby has the very same ones, in the snapshot that the answer is
read from, is it taken from there. So no answer is older for being read there, however far behind the standby is.

While the primary is away the standby answers alone: if it has everything that the primary was seen to have two seconds
before it was last heard, and for a limited time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from threading import Lock, Thread
from typing import TypeVar

import structlog
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from service.domain.errors import UnavailableError
from service.queries.versions import Versions, versions
from service.storage.uow import Reader

T = TypeVar("T")
#: Seconds after which a server that was away is tried again. Nobody waits for that.
PAUSE = 1.0
#: Seconds between two looks at how far the primary has written. Alone, a standby may miss what was committed in the
#: last two of these: when the primary goes, there may be something that it could not send any more.
MARKS = 1.0
_WRITTEN = text("SELECT CAST(pg_current_wal_lsn() AS text)")
_REPLAYED = text("SELECT pg_last_wal_replay_lsn() >= CAST(:mark AS pg_lsn)")
log = structlog.get_logger("taliq")


@dataclass(frozen=True)
class Seen:
    """The versions, at the primary, of a site and of the threads with these keys: see ``Versions.of``."""

    slug: str
    keys: tuple[str, ...]
    versions: tuple[int | None, ...]


class PublicReader:
    """``standby``: where there is one; ``alone``: for how many seconds it may answer without the primary."""

    def __init__(
        self,
        primary: Reader,
        standby: Reader | None = None,
        alone: float = 0.0,
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:
        self._reader = primary
        self._primary = _Server("primary", primary, elapsed)
        self._standby = _Server("standby", standby, elapsed) if standby else None
        self._alone, self._elapsed = alone, elapsed
        #: When the primary was last heard; the last mark and the one before, and when the last was made.
        self._heard_at = self._marked_at = 0.0
        self._marks: tuple[str, str] | None = None

    def versions(self, slug: str, keys: Collection[str]) -> Versions:
        """The primary's; while it is away those of a standby that may answer alone. Else ``UnavailableError``."""
        if self._standby is None:
            return self._reader.run(lambda session: versions(session, slug, keys))
        if self._primary.is_there():
            try:
                return self._primary.run(lambda session: self._heard(session, slug, keys))
            except UnavailableError:
                pass
        return self._alone_run(lambda session: versions(session, slug, keys))

    def run(self, question: Callable[[Session], T], seen: Seen | None = None) -> T:
        """The answer to ``question``, no older than ``seen``, also when the primary goes away after it has told that;
        where nothing was seen, the primary's if it is there.
        """
        if self._standby is None:
            return self._reader.run(question)
        if seen is not None and self._standby.is_there():
            try:
                return self._standby.run(lambda session: _same(session, seen, question))
            except (_DiffersError, UnavailableError, SQLAlchemyError):
                pass
        if self._primary.is_there():
            try:
                return self._primary.run(question)
            except UnavailableError:
                pass
        return self._alone_run(question if seen is None else lambda session: _same(session, seen, question))

    def _heard(self, session: Session, slug: str, keys: Collection[str]) -> Versions:
        """The versions, and now and then how far the primary has written."""
        at = self._elapsed()
        if self._marks is None or at - self._marked_at >= MARKS:
            mark = str(session.scalar(_WRITTEN))
            self._marks, self._marked_at = (self._marks[1] if self._marks else mark, mark), at
        found = versions(session, slug, keys)
        self._heard_at = at
        return found

    def _alone_run(self, question: Callable[[Session], T]) -> T:
        marks = self._marks
        if self._standby is None or marks is None or self._elapsed() - self._heard_at > self._alone:
            raise UnavailableError(private={"database": "the primary is away"})

        def asked(session: Session) -> T:
            if not session.scalar(_REPLAYED, {"mark": marks[0]}):
                raise _DiffersError
            return question(session)

        try:
            return self._standby.run(asked)
        except _DiffersError:
            raise UnavailableError(private={"database": "the standby is too far behind"}) from None


class _DiffersError(Exception):
    """The standby shows something else than it should."""


def _same(session: Session, seen: Seen, question: Callable[[Session], T]) -> T:
    if versions(session, seen.slug, seen.keys).of(seen.keys) != seen.versions:
        raise _DiffersError
    return question(session)


class _Server:
    """One of the two. While it is away it is tried in the background: no reader waits to find out that it still is."""

    def __init__(self, name: str, reader: Reader, elapsed: Callable[[], float]) -> None:
        self._name, self._reader, self._elapsed = name, reader, elapsed
        self._away, self._again_at = False, 0.0
        self._telling, self._trying = Lock(), Lock()

    def is_there(self) -> bool:
        if self._away and self._elapsed() >= self._again_at and self._trying.acquire(blocking=False):
            Thread(target=self._try, daemon=True).start()
        return not self._away

    def run(self, question: Callable[[Session], T]) -> T:
        """The answer; ``UnavailableError`` when it is away, which is remembered."""
        try:
            answer = self._reader.run(question)
        except UnavailableError:
            self._is(away=True)
            raise
        self._is(away=False)
        return answer

    def _try(self) -> None:
        try:
            self._is(away=not self._reader.answers())
        finally:
            self._trying.release()

    def _is(self, *, away: bool) -> None:
        if not away and not self._away:
            return
        with self._telling:
            if away != self._away:
                log.warning(f"{self._name}.{'away' if away else 'back'}")
            self._away, self._again_at = away, self._elapsed() + PAUSE
