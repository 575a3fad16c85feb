"""The newest comments of a thread or of a site, read from stored pages only."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from service.domain.site import SitePolicy
from service.storage import sites, threads
from service.storage.pages import Page
from service.storage.sites import Site
from service.storage.threads import Thread

OF_THREAD, OF_SITE = 50, 20
#: Pages read at a time. Most feeds need one or two; a page has up to 100 comments, so one more is not cheap.
STEP = 4


@dataclass(frozen=True)
class Entry:
    """A comment with its public fields, and where it stands."""

    comment: dict[str, object]
    thread_key: str
    thread_title: str


@dataclass(frozen=True)
class Feed:
    """``id`` never changes, also when an unknown thread becomes a known one. ``thread_key``: ``None`` for a site."""

    id: UUID
    site_slug: str
    site_name: str
    policy: SitePolicy
    thread_key: str | None
    title: str
    url: str | None
    begun_at: datetime
    entries: Sequence[Entry]
    version: str

    @property
    def language(self) -> str:
        return self.policy.language


def thread_feed(session: Session, site_slug: str, key: str) -> Feed:
    """The 50 newest comments of a thread, newest first. An unknown thread has none, and nothing is made of it."""
    site = sites.get_by_slug(session, site_slug)
    thread = threads.find(session, site.id, key)
    feed_id = uuid5(site.id, key)
    if thread is None:
        return _feed(site, feed_id, key, "", None, site.created_at, [])
    entries = _newest(session, _pages(site).where(Page.thread_id == thread.id), OF_THREAD)
    return _feed(site, feed_id, key, thread.title, thread.url, thread.created_at, entries)


def site_feed(session: Session, site_slug: str) -> Feed:
    """The 20 newest comments of all threads of a site, newest first."""
    site = sites.get_by_slug(session, site_slug)
    home = f"{site.policy.origins[0]}/" if site.policy.origins else None
    return _feed(site, site.id, None, "", home, site.created_at, _newest(session, _pages(site), OF_SITE))


def _pages(site: Site) -> Select[UUID | None, str, str, str]:
    return (
        select(Page.newest_id, Page.content, Thread.key, Thread.title)
        .join(Thread, Thread.id == Page.thread_id)
        .where(Page.site_id == site.id, Page.newest_id.is_not(None))
        .order_by(Page.newest_id.desc())
    )


def _newest(session: Session, pages: Select[UUID | None, str, str, str], number: int) -> list[Entry]:
    """The newest comments by their ids. A page is read only while its newest can still be among them."""
    found: list[Entry] = []
    last: UUID | None = None
    while True:
        step = pages if last is None else pages.where(Page.newest_id < last)
        rows = session.execute(step.limit(STEP)).all()
        for row in rows:
            if len(found) == number and _id(found[-1]) > row.newest_id:
                return found
            found = sorted([*found, *_entries(row)], key=_id, reverse=True)[:number]
        if len(rows) < STEP:
            return found
        last = rows[-1].newest_id


def _entries(row: Row[UUID | None, str, str, str]) -> list[Entry]:
    """What shows on the page. Where an author took something back, there is nothing to tell."""
    return [Entry(c, row.key, row.title) for c in json.loads(row.content) if c["html"] or c["text"]]


def _id(entry: Entry) -> UUID:
    return UUID(str(entry.comment["id"]))


def _feed(
    site: Site,
    feed_id: UUID,
    key: str | None,
    title: str,
    url: str | None,
    begun_at: datetime,
    entries: Sequence[Entry],
) -> Feed:
    policy = site.policy
    facts = [site.name, policy.language, title, url, [[e.comment, e.thread_key, e.thread_title] for e in entries]]
    version = hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:32]
    return Feed(feed_id, site.slug, site.name, policy, key, title, url, begun_at, entries, version)
