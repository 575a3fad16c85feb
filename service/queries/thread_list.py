"""The site's discussions as the desk sees them: from the newest, with what waits in each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, func, literal, or_, select
from sqlalchemy.orm import Session

from service.domain.moderation import Status
from service.domain.site import CLOSED
from service.queries.cursors import cursor_after, read_cursor
from service.storage import sites
from service.storage.comments import Comment
from service.storage.threads import Thread

PAGE_SIZE = 25
#: Discussions looked through for a word, from the newest.
WALK = 5_000
#: What waits in one discussion is counted so far.
WAITING_CAP = 1_000
_MARK = b"t"


@dataclass(frozen=True)
class ThreadView:
    """``state`` is the one readers meet now; ``with_site``: the whole site is closed; ``by_itself``: it closed by the
    site's policy. ``closes_at``: when it does so or did. ``mode``: its own, or none where the site's holds.
    """

    id: UUID
    key: str
    title: str
    url: str | None
    section: str
    state: str
    with_site: bool
    by_itself: bool
    closes_at: datetime | None
    mode: str | None
    published: int
    waiting: int
    set_by: str | None
    set_at: datetime | None
    created_at: datetime


@dataclass(frozen=True)
class ThreadPage:
    """``cut``: there are more discussions than were looked through for the word."""

    threads: Sequence[ThreadView]
    next: str | None
    site_mode: str
    cut: bool = False


def thread_page(session: Session, site_id: UUID, word: str, cursor: str | None, now: datetime) -> ThreadPage:
    """One page; with ``word`` the discussion of that key, or those whose title holds it, in any letter case that the
    database knows. ``MalformedError`` for a cursor of another list.
    """
    policy = sites.get(session, site_id).policy
    after = read_cursor(_MARK, cursor)
    walk = select(Thread.id).where(Thread.site_id == site_id).order_by(Thread.id.desc())
    if after is not None:
        walk = walk.where(Thread.id < after)
    wanted = select(Thread).where(Thread.site_id == site_id).order_by(Thread.id.desc()).limit(PAGE_SIZE + 1)
    if word:
        wanted = wanted.where(
            or_(
                Thread.key == word,
                and_(Thread.id.in_(walk.limit(WALK)), Thread.title.icontains(word, autoescape=True)),
            )
        )
    elif after is not None:
        wanted = wanted.where(Thread.id < after)
    rows = session.scalars(wanted).all()
    shown = rows[:PAGE_SIZE]
    waiting = {thread.id: _waiting(session, site_id, thread.id) for thread in shown}
    more = len(rows) > PAGE_SIZE
    cut = bool(word) and not more and session.scalar(walk.offset(WALK).limit(1)) is not None
    return ThreadPage(
        threads=[
            ThreadView(
                id=thread.id,
                key=thread.key,
                title=thread.title,
                url=thread.url,
                section=thread.section,
                state=thread.state_at(policy, now),
                with_site=thread.mode_in(policy) == CLOSED,
                by_itself=thread.state_at(policy, now) != thread.set_in(policy),
                closes_at=thread.closes_at(policy),
                mode=thread.mode,
                published=thread.comment_count,
                waiting=waiting[thread.id],
                set_by=thread.set_by,
                set_at=thread.set_at,
                created_at=thread.created_at,
            )
            for thread in shown
        ],
        next=cursor_after(_MARK, shown[-1].id) if more else None,
        site_mode=policy.mode,
        cut=cut,
    )


def _waiting(session: Session, site_id: UUID, thread_id: UUID) -> int:
    capped = (
        select(Comment.id)
        .where(
            Comment.site_id == site_id,
            Comment.thread_id == thread_id,
            Comment.status == literal(Status.PENDING.value, literal_execute=True),
        )
        .limit(WAITING_CAP + 1)
        .subquery()
    )
    return session.scalar(select(func.count()).select_from(capped)) or 0
