"""Keeps the published form of threads: mark what a change touches, rebuild once before the commit.

Rebuilding at every comment of a batch is quadratic; marking and rebuilding each page once is linear. It happens
inside the transaction of the change, so a decision is public the moment it is committed, and no reader builds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from uuid import UUID

from service.domain.ports import Clock, NewId
from service.domain.snapshot import FIRST, MAX_COMMENTS, Key, Placed, cut, decode, digest, encode
from service.storage import pages, public_comments, threads
from service.storage.comments import Comment
from service.storage.pages import Page, PageRange
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
    for page, changed in _touched(session, site_id, thread_id, keys, PageRange(new_id(now), (FIRST, FIRST), None)):
        public = _public_on(session, site_id, thread_id, page, changed)
        _store(session, site_id, thread_id, page, cut(public, last=page.end is None), new_id, now)
    threads.show_anew(thread, pages.total(session, site_id, thread_id))
    session.flush()


def _touched(
    session: Session, site_id: UUID, thread_id: UUID, keys: Iterable[Key], first: PageRange
) -> Iterator[tuple[PageRange, list[UUID]]]:
    """The pages that hold ``keys``, in thread order, each with the comments of them: a page begins at ``FIRST``, so
    every key lies on one. One after the other, since what stands in it comes with it. ``first`` alone when the thread
    has no pages yet.
    """
    page: PageRange | None = None
    changed: list[UUID] = []
    for key in sorted(keys):
        if page is None or (page.end is not None and key >= page.end):
            if page is not None:
                yield page, changed
            page, changed = pages.find_range(session, site_id, thread_id, key) or first, []
        changed.append(key[1])
    if page is not None:
        yield page, changed


def _public_on(
    session: Session, site_id: UUID, thread_id: UUID, page: PageRange, changed: Sequence[UUID]
) -> Sequence[Placed]:
    """What is public in the page's range, in thread order: what it shows, but of those that have changed what is public
    now. A page's comments were written at different times and lie as far apart, so all of them are read only where what
    is stored does not tell: in a new thread, and where one that has changed, or was answered, was taken back; and when
    more than a page of them have changed.
    """
    shown = decode(page.content) if page.content is not None and len(changed) <= MAX_COMMENTS else None
    if shown is not None:
        now = public_comments.find_published(session, site_id, thread_id, changed)
        if now is not None:
            public: list[Placed] = [*(comment for comment in shown if comment.id not in changed), *now]
            return sorted(public, key=lambda comment: comment.key)
    return public_comments.list_published(session, site_id, thread_id, page.start, page.end)


def _store(
    session: Session,
    site_id: UUID,
    thread_id: UUID,
    page: PageRange,
    chunks: Sequence[Sequence[Placed]],
    new_id: NewId,
    now: datetime,
) -> None:
    """The first chunk stays on the page it was on; each further one begins a page of its own."""
    for number, chunk in enumerate(chunks):
        page_id, (root, first) = (page.id, page.start) if number == 0 else (new_id(now), chunk[0].key)
        content = encode(chunk)
        pages.put(
            session,
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
            ),
            stored=number == 0 and page.content is not None,
        )
