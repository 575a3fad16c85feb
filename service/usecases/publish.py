"""Keeps the published form of threads: mark what a change touches, rebuild once before the commit.

Rebuilding at every comment of a batch is quadratic; marking and rebuilding each page once is linear. It happens
inside the transaction of the change, so a decision is public the moment it is committed, and no reader builds.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from service.domain.ports import Clock, NewId
from service.domain.snapshot import FIRST, Key, PublicComment, cut, digest, encode
from service.storage import comments, pages, threads
from service.storage.comments import Comment
from service.storage.pages import Page, PageStart
from service.storage.uow import Session

_MARKS = "marked_threads"


def mark(session: Session, comment: Comment) -> None:
    """Says that what the public sees of ``comment`` has changed."""
    marks: dict[tuple[UUID, UUID], set[Key]] = session.info.setdefault(_MARKS, {})
    keys = marks.setdefault((comment.site_id, comment.thread_id), set())
    keys.add((comment.root_id, comment.id))
    if comment.parent_id is not None:
        # An erased parent keeps its place only while something public answers it.
        keys.add((comment.root_id, comment.parent_id))


def rebuild_marked(session: Session, *, new_id: NewId, clock: Clock) -> None:
    """Rewrites every page that holds a marked comment. Threads are locked in the order of their ids."""
    marks: dict[tuple[UUID, UUID], set[Key]] = session.info.pop(_MARKS, {})
    for (site_id, thread_id), keys in sorted(marks.items()):
        _rebuild(session, site_id, thread_id, keys, new_id, clock())


def _rebuild(
    session: Session, site_id: UUID, thread_id: UUID, keys: Iterable[Key], new_id: NewId, now: datetime
) -> None:
    thread = threads.lock(session, site_id, thread_id)
    starts = list(pages.list_starts(session, site_id, thread_id))
    if not starts:
        starts = [PageStart(new_id(now), (FIRST, FIRST))]
    for index in sorted({_page_of(starts, key) for key in keys}):
        end = starts[index + 1].key if index + 1 < len(starts) else None
        public = comments.list_published(session, site_id, thread_id, starts[index].key, end)
        _store(session, site_id, thread_id, starts[index], cut(public, last=end is None), new_id, now)
    session.flush()
    thread.comment_count = pages.total(session, site_id, thread_id)
    session.flush()


def _page_of(starts: Sequence[PageStart], key: Key) -> int:
    return max(0, bisect_right([s.key for s in starts], key) - 1)


def _store(
    session: Session,
    site_id: UUID,
    thread_id: UUID,
    start: PageStart,
    chunks: list[list[PublicComment]],
    new_id: NewId,
    now: datetime,
) -> None:
    """The first chunk stays on the page it was on; each further one begins a page of its own."""
    for number, chunk in enumerate(chunks):
        page_id, (root, first) = (start.id, start.key) if number == 0 else (new_id(now), chunk[0].key)
        content = encode(chunk)
        session.merge(
            Page(
                id=page_id,
                site_id=site_id,
                thread_id=thread_id,
                first_root=root,
                first_id=first,
                comment_count=sum(not c.gone for c in chunk),
                newest_id=max((c.id for c in chunk if not c.gone), default=None),
                content=content,
                digest=digest(content),
                built_at=now,
            )
        )
