"""The queue: a question over comments, not a table. Cards carry all that a moderator needs to decide."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, literal, select, tuple_
from sqlalchemy.orm import Session, aliased

from service.domain.errors import MalformedError, NotFoundError
from service.domain.moderation import Status
from service.storage import flags
from service.storage.comments import Comment
from service.storage.findings import Finding
from service.storage.flags import Flag
from service.storage.revisions import Revision
from service.storage.threads import Thread

#: A status each, and two looks at what is published: with an edit that waits, with reports nobody has answered.
#: The oldest waits at the top of ``pending``; elsewhere the latest comes first.
VIEWS = ("pending", "edits", "reported", "approved", "rejected", "spam")
#: What the cursors of a view begin with.
_MARKS = {"pending": b"p", "edits": b"e", "reported": b"f", "approved": b"a", "rejected": b"r", "spam": b"s"}
PAGE_SIZE = 25
COUNT_CAP = 10_000


@dataclass(frozen=True)
class ParentView:
    id: UUID
    status: str
    name: str
    text: str
    html: str
    direction: str


@dataclass(frozen=True)
class FindingView:
    code: str
    rule: str
    check_version: int
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class TextView:
    revision: int
    text: str
    html: str
    direction: str
    language: str | None


@dataclass(frozen=True)
class Card:
    """One comment as a moderator sees it. There is no address here, and no way to one.

    The text is the latest. While an edit waits, ``published`` is what readers see instead. ``reports``: how many
    readers gave which reason since the last decision.
    """

    id: UUID
    site_id: UUID
    status: str
    version: int
    revision: int
    edit_waiting: bool
    name: str
    website: str | None
    text: str
    html: str
    direction: str
    language: str | None
    created_at: datetime
    thread_key: str
    thread_title: str
    thread_url: str | None
    thread_state: str
    parent: ParentView | None
    findings: tuple[FindingView, ...]
    published: TextView | None
    reports: Mapping[str, int]


@dataclass(frozen=True)
class QueuePage:
    cards: tuple[Card, ...]
    next: str | None


def queue_page(
    session: Session, site_id: UUID, view: str, cursor: str | None, limit: int = PAGE_SIZE
) -> QueuePage:
    """One page of a view, by keyset: what arrives or is decided meanwhile shifts nothing."""
    if view not in VIEWS:
        raise MalformedError("bad_parameter", public={"parameter": "view"})
    oldest_first = view == "pending"
    conditions: list[ColumnElement[bool]] = [_in_view(site_id, view)]
    after = _read_cursor(cursor, view)
    if after is not None:
        conditions.append(Comment.id > after if oldest_first else Comment.id < after)
    cards = _cards(session, site_id, conditions, oldest_first, limit + 1)
    more = len(cards) > limit
    return QueuePage(tuple(cards[:limit]), _cursor(view, cards[limit - 1].id) if more else None)


def get_card(session: Session, site_id: UUID, comment_id: UUID) -> Card:
    """One comment, or ``NotFoundError``; another site's is not found."""
    cards = _cards(session, site_id, [Comment.id == comment_id], True, 1)
    if not cards:
        raise NotFoundError("comment_not_found")
    return cards[0]


def view_counts(session: Session, site_id: UUID) -> dict[str, int]:
    """How many comments each view holds: counted, capped at ``COUNT_CAP`` so that a flood costs no more."""
    return {view: _count(session, site_id, view) for view in VIEWS}


def _count(session: Session, site_id: UUID, view: str) -> int:
    capped = (
        select(Comment.id)
        .where(Comment.site_id == site_id, _in_view(site_id, view))
        .limit(COUNT_CAP + 1)
        .subquery()
    )
    return session.scalar(select(func.count()).select_from(capped)) or 0


def _in_view(site_id: UUID, view: str) -> ColumnElement[bool]:
    """Written as the partial indexes are, or they would not be used."""
    if view not in ("edits", "reported"):
        return Comment.status == literal(Status(view).value, literal_execute=True)
    approved = Comment.status == literal(Status.APPROVED.value, literal_execute=True)
    if view == "edits":
        return and_(approved, Comment.published_revision < Comment.latest_revision)
    reported = select(Flag.comment_id).where(Flag.site_id == site_id, Flag.resolved_at.is_(None))
    return and_(approved, Comment.id.in_(reported))


def _cards(
    session: Session, site_id: UUID, conditions: Sequence[ColumnElement[bool]], oldest_first: bool, limit: int
) -> list[Card]:
    parent, parent_text = aliased(Comment), aliased(Revision)
    statement = (
        select(Comment, Revision, Thread, parent, parent_text)
        .join(Revision, and_(Revision.comment_id == Comment.id, Revision.number == Comment.latest_revision))
        .join(Thread, Thread.id == Comment.thread_id)
        .outerjoin(parent, parent.id == Comment.parent_id)
        .outerjoin(
            parent_text,
            and_(parent_text.comment_id == parent.id, parent_text.number == parent.latest_revision),
        )
        .where(Comment.site_id == site_id, *conditions)
        .order_by(Comment.id if oldest_first else Comment.id.desc())
        .limit(limit)
    )
    rows = session.execute(statement).all()
    found = _findings(session, site_id, [(c.id, c.latest_revision) for c, *_ in rows])
    public = [c for c, *_ in rows if c.status == Status.APPROVED]
    shown = _published(session, site_id, [(c.id, c.published_revision) for c in public if c.edit_waiting])
    told = flags.count_open(session, site_id, [c.id for c in public]) if public else {}
    return [
        _card(
            comment,
            revision,
            thread,
            _parent(above, above_text),
            found.get(comment.id, ()),
            shown.get(comment.id),
            told.get(comment.id, {}),
        )
        for comment, revision, thread, above, above_text in rows
    ]


def _card(
    comment: Comment,
    revision: Revision,
    thread: Thread,
    parent: ParentView | None,
    findings: Sequence[FindingView],
    published: TextView | None,
    reports: Mapping[str, int],
) -> Card:
    return Card(
        id=comment.id,
        site_id=comment.site_id,
        status=comment.status,
        version=comment.version,
        revision=revision.number,
        edit_waiting=published is not None,
        name=revision.name,
        website=revision.website,
        text=revision.source,
        html=revision.html,
        direction=revision.direction,
        language=revision.language,
        created_at=comment.created_at,
        thread_key=thread.key,
        thread_title=thread.title,
        thread_url=thread.url,
        thread_state=thread.state,
        parent=parent,
        findings=tuple(findings),
        published=published,
        reports=reports,
    )


def _parent(comment: Comment | None, revision: Revision | None) -> ParentView | None:
    if comment is None or revision is None:
        return None
    return ParentView(
        comment.id, comment.status, revision.name, revision.source, revision.html, revision.direction
    )


def _published(
    session: Session, site_id: UUID, wanted: Sequence[tuple[UUID, int | None]]
) -> dict[UUID, TextView]:
    """What readers see of comments whose latest text waits; no statement when there are none."""
    if not wanted:
        return {}
    rows = session.scalars(
        select(Revision).where(
            Revision.site_id == site_id, tuple_(Revision.comment_id, Revision.number).in_(wanted)
        )
    )
    return {r.comment_id: TextView(r.number, r.source, r.html, r.direction, r.language) for r in rows}


def _findings(
    session: Session, site_id: UUID, wanted: Sequence[tuple[UUID, int]]
) -> dict[UUID, list[FindingView]]:
    """Hold reasons are the findings of the latest revision, in the order the checks ran."""
    latest = dict(wanted)
    rows = session.scalars(
        select(Finding)
        .where(Finding.site_id == site_id, Finding.comment_id.in_(list(latest)))
        .order_by(Finding.id)
    )
    found: dict[UUID, list[FindingView]] = {}
    for row in rows:
        if row.revision == latest[row.comment_id]:
            spans = tuple((start, end) for start, end in row.spans)
            found.setdefault(row.comment_id, []).append(
                FindingView(row.code, row.rule, row.check_version, spans)
            )
    return found


def _cursor(view: str, last: UUID) -> str:
    return base64.urlsafe_b64encode(_MARKS[view] + last.bytes).rstrip(b"=").decode()


def _read_cursor(cursor: str | None, view: str) -> UUID | None:
    """Where the page before ended. A cursor of another view is refused: it would skip comments silently."""
    if cursor is None:
        return None
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        if raw[:1] == _MARKS[view]:
            last = UUID(bytes=raw[1:])
            if _cursor(view, last) == cursor:
                return last
    except (binascii.Error, ValueError):
        pass
    raise MalformedError("bad_cursor")
