"""What readers fetch: one stored page, by one statement; comment rows are not touched.

Only a permalink asks one thing more: where in its thread a comment stands. Whether it shows, its page says.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from uuid import UUID

from sqlalchemy import ColumnElement, Row, ScalarSelect, Select, and_, bindparam, exists, false, or_, select
from sqlalchemy.orm import Session, aliased

from service.domain.errors import MalformedError
from service.domain.site import SitePolicy
from service.domain.snapshot import Key
from service.storage import pages, sites, threads
from service.storage.base import ask, at_most
from service.storage.pages import Page
from service.storage.sites import Site

ORDERS = ("oldest", "newest")
FORMAT = 1


@dataclass(frozen=True)
class PublishedPage:
    """One page of a thread. ``content`` is a JSON array, oldest first; ``next`` names the following page.

    ``first``: whether nothing stands before it. ``comment_gone``: a comment was asked for and does not show here.
    ``closes_at``: when the state changes by itself, if it will. ``policy``: the site's.
    """

    key: str
    title: str
    url: str | None
    state: str
    count: int
    order: str
    content: str
    digest: str
    next: str | None
    policy: SitePolicy
    first: bool = True
    comment_gone: bool = False
    closes_at: datetime | None = None

    def etag(self, *variant: str) -> str:
        """A strong tag over everything the bytes are made from; ``variant`` tells JSON from a fragment."""
        facts = [FORMAT, self.key, self.state, self.count, self.order, self.digest, self.next, *variant]
        return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:32]

    def comments(self) -> list[dict[str, object]]:
        """The comments in the order asked for: newest first turns the discussions round, not their replies."""
        stored: list[dict[str, object]] = json.loads(self.content)
        if self.order == "oldest":
            return stored
        return [comment for group in reversed(_discussions(stored)) for comment in group]

    def holds(self, comment: str) -> bool:
        """Whether the comment stands on this page, and is not only the place of one that is gone."""
        return any(c["id"] == comment and c["avatar"] for c in self.comments())

    def to_json(self) -> bytes:
        content = self.content if self.order == "oldest" else _dump(self.comments())
        head = _dump({"thread": self.key, "state": self.state, "count": self.count, "order": self.order})
        return f'{head[:-1]},"comments":{content},"next":{_dump(self.next)}}}'.encode()


def published_page(
    session: Session,
    site_slug: str,
    key: str,
    cursor: str | None,
    order: str,
    now: datetime,
    comment: str | None = None,
) -> PublishedPage:
    """One page of the thread: the first, the one ``cursor`` names, or the one that holds ``comment``.

    An unknown thread is an empty list, and nothing is made of it. A comment that does not show in this thread, for
    whatever reason, gives the first page, with ``comment_gone``.
    ``MalformedError("bad_cursor")`` when the cursor does not name a page of this thread.
    """
    site = sites.get_by_slug(session, site_slug)
    thread = threads.find(session, site.id, key)
    named = _cursor_id(cursor)
    policy = site.policy
    if thread is None:
        return PublishedPage(
            key, "", None, policy.state, 0, order, "[]", "", None, policy, comment_gone=comment is not None
        )
    rows = _rows_of(session, site, thread.id, comment, order) if comment else []
    gone = comment is not None and not rows
    rows = rows or _two_pages(session, site, thread.id, named, order)
    if not rows and named is not None:
        raise MalformedError("bad_cursor")
    return PublishedPage(
        key=thread.key,
        title=thread.title,
        url=thread.url,
        state=thread.state_at(policy, now),
        count=thread.comment_count if rows else 0,
        order=order,
        content=rows[0].content if rows else "[]",
        digest=rows[0].digest if rows else "",
        next=rows[1].id.hex if len(rows) > 1 else None,
        policy=policy,
        first=not (rows and rows[0].preceded),
        comment_gone=gone,
        closes_at=thread.closes_at(policy) if thread.is_open(policy, now) else None,
    )


def published_counts(session: Session, site_slug: str, keys: Sequence[str]) -> tuple[dict[str, int], SitePolicy]:
    """Published comments of each thread asked for, in the order asked; 0 for a thread nobody has heard of. And the
    site's policy.
    """
    site = sites.get_by_slug(session, site_slug)
    known = threads.counts(session, site.id, keys)
    return {key: known.get(key, 0) for key in keys}, site.policy


def _rows_of(
    session: Session, site: Site, thread_id: UUID, comment: str, order: str
) -> Sequence[Row[UUID, str, str, bool]]:
    """The page on which the comment shows and the one after it; nothing when it does not show."""
    named = _comment_id(comment)
    place = pages.find_place(session, site.id, thread_id, named) if named else None
    if place is None:
        return []
    rows = _two_pages(session, site, thread_id, place, order)
    # No text can hold this: in a JSON string the quotation marks would be escaped.
    return rows if rows and f'"id":"{named}"' in rows[0].content else []


def _two_pages(
    session: Session, site: Site, thread_id: UUID, named: UUID | Key | None, order: str
) -> Sequence[Row[UUID, str, str, bool]]:
    """The page asked for and the one after it, of those that are not empty; a named one is taken as it is.

    ``named``: the page's id, or a place in the thread that it covers. ``preceded``: whether something stands before it.
    """
    forward = order == ORDERS[0]
    if named is None:
        return ask(session, _first_two(forward), {"site": site.id, "thread": thread_id}).all()
    return session.execute(_two_from(site, thread_id, named, forward)).all()


@cache
def _first_two(forward: bool) -> Select[UUID, str, str, bool]:
    """What comes first is the first of all that shows."""
    of_thread = and_(Page.site_id == bindparam("site"), Page.thread_id == bindparam("thread"))
    return (
        select(Page.id, Page.content, Page.digest, false().label("preceded"))
        .where(of_thread, Page.comment_count > 0)
        .order_by(*_sequence(forward))
        .limit(at_most(2))
    )


def _sequence(forward: bool) -> list[ColumnElement[UUID]]:
    place = (Page.first_root, Page.first_id)
    return [column.asc() if forward else column.desc() for column in place]


def _two_from(
    site: Site, thread_id: UUID, named: UUID | Key, forward: bool
) -> Select[UUID, str, str, bool]:
    of_thread = and_(Page.site_id == site.id, Page.thread_id == thread_id)
    shown = Page.comment_count > 0
    start, before = aliased(Page), aliased(Page)
    preceded = exists().where(
        before.site_id == site.id,
        before.thread_id == thread_id,
        before.comment_count > 0,
        _follows(start, before) if forward else _follows(before, start),
    )
    is_start = start.id == (named if isinstance(named, UUID) else _covering(site, thread_id, named))
    after = _follows(Page, start) if forward else _follows(start, Page)
    return (
        select(Page.id, Page.content, Page.digest, preceded.label("preceded"))
        .join(start, and_(is_start, start.site_id == site.id, start.thread_id == thread_id))
        .where(of_thread, or_(Page.id == start.id, and_(shown, after)))
        .order_by(*_sequence(forward))
        .limit(at_most(2))
    )


def _covering(site: Site, thread_id: UUID, place: Key) -> ScalarSelect[UUID]:
    """The id of the page that begins at the place or last before it."""
    root, first = place
    begins = or_(Page.first_root < root, and_(Page.first_root == root, Page.first_id <= first))
    return (
        select(Page.id)
        .where(Page.site_id == site.id, Page.thread_id == thread_id, begins)
        .order_by(Page.first_root.desc(), Page.first_id.desc())
        .limit(at_most(1))
        .scalar_subquery()
    )


def _follows(later: type[Page], earlier: type[Page]) -> ColumnElement[bool]:
    return or_(
        later.first_root > earlier.first_root,
        and_(later.first_root == earlier.first_root, later.first_id > earlier.first_id),
    )


def _comment_id(text: str) -> UUID | None:
    try:
        named = UUID(text)
    except ValueError:
        return None
    return named if str(named) == text.lower() else None


def _cursor_id(cursor: str | None) -> UUID | None:
    if cursor is None:
        return None
    try:
        named = UUID(hex=cursor)
    except ValueError:
        raise MalformedError("bad_cursor") from None
    if named.hex != cursor:
        raise MalformedError("bad_cursor")
    return named


def _discussions(stored: Sequence[dict[str, object]]) -> list[list[dict[str, object]]]:
    """Each comment that answers nothing on this page, with what follows from it."""
    groups: list[list[dict[str, object]]] = []
    group_of: dict[object, list[dict[str, object]]] = {}
    for comment in stored:
        group = group_of.get(comment["parent"]) if comment["parent"] else None
        if group is None:
            group = []
            groups.append(group)
        group.append(comment)
        group_of[comment["id"]] = group
    return groups


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
