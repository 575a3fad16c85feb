"""What readers fetch: one stored page, by one statement; comment rows are not touched."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, aliased

from service.domain.errors import MalformedError
from service.storage import sites, threads
from service.storage.pages import Page
from service.storage.sites import Site

ORDERS = ("oldest", "newest")
FORMAT = 1


@dataclass(frozen=True)
class PublishedPage:
    """One page of a thread. ``content`` is a JSON array, oldest first; ``next`` names the following page."""

    key: str
    title: str
    url: str | None
    state: str
    count: int
    order: str
    content: str
    digest: str
    next: str | None
    language: str = "ar"

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

    def to_json(self) -> bytes:
        content = self.content if self.order == "oldest" else _dump(self.comments())
        head = _dump({"thread": self.key, "state": self.state, "count": self.count, "order": self.order})
        return f'{head[:-1]},"comments":{content},"next":{_dump(self.next)}}}'.encode()


def published_page(
    session: Session, site_slug: str, key: str, cursor: str | None, order: str
) -> PublishedPage:
    """One page of the thread. An unknown thread is an empty list, and nothing is made of it.

    ``MalformedError("bad_cursor")`` when the cursor does not name a page of this thread.
    """
    site = sites.get_by_slug(session, site_slug)
    thread = threads.find(session, site.id, key)
    named = _cursor_id(cursor)
    if thread is None:
        return PublishedPage(key, "", None, "open", 0, order, "[]", "", None, site.policy.language)
    rows = session.execute(_two_pages(site, thread.id, named, order)).all()
    if not rows and named is not None:
        raise MalformedError("bad_cursor")
    if not rows:
        language = site.policy.language
        return PublishedPage(key, thread.title, thread.url, thread.state, 0, order, "[]", "", None, language)
    return PublishedPage(
        language=site.policy.language,
        key=thread.key,
        title=thread.title,
        url=thread.url,
        state=thread.state,
        count=thread.comment_count,
        order=order,
        content=rows[0].content,
        digest=rows[0].digest,
        next=rows[1].id.hex if len(rows) > 1 else None,
    )


def published_counts(session: Session, site_slug: str, keys: Sequence[str]) -> dict[str, int]:
    """Published comments of each thread asked for, in the order asked; 0 for a thread nobody has heard of."""
    known = threads.counts(session, sites.get_by_slug(session, site_slug).id, keys)
    return {key: known.get(key, 0) for key in keys}


def _two_pages(site: Site, thread_id: UUID, named: UUID | None, order: str):  # type: ignore[no-untyped-def]
    """The page asked for and the one after it, of those that are not empty; a named one is taken as it is."""
    statement = select(Page.id, Page.content, Page.digest).where(
        Page.site_id == site.id, Page.thread_id == thread_id
    )
    shown = Page.comment_count > 0
    forward = order == "oldest"
    if named is not None:
        start = aliased(Page)
        after = (
            or_(
                Page.first_root > start.first_root,
                and_(Page.first_root == start.first_root, Page.first_id > start.first_id),
            )
            if forward
            else or_(
                Page.first_root < start.first_root,
                and_(Page.first_root == start.first_root, Page.first_id < start.first_id),
            )
        )
        statement = statement.join(start, and_(start.id == named, start.thread_id == thread_id)).where(
            or_(Page.id == named, and_(shown, after))
        )
    else:
        statement = statement.where(shown)
    if forward:
        return statement.order_by(Page.first_root, Page.first_id).limit(2)
    return statement.order_by(Page.first_root.desc(), Page.first_id.desc()).limit(2)


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
