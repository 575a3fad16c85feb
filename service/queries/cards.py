"""Cards: all that a moderator needs to decide on a comment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, select, tuple_
from sqlalchemy.orm import Session, aliased

from service.domain.errors import NotFoundError
from service.domain.moderation import Status
from service.domain.notes import About
from service.domain.site import SitePolicy
from service.domain.threads import state_at
from service.queries import clusters, notes
from service.queries.digest import Digest, digests_of
from service.queries.notes import Glance
from service.storage import flags
from service.storage.comments import Comment
from service.storage.findings import Finding
from service.storage.revisions import Revision
from service.storage.sites import Site
from service.storage.threads import Thread


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
    outcome: str


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
    readers gave which reason since the last decision. ``unmoderated``: public, and no moderator has looked. ``notes``
    are for the console alone. ``alike``: how many others wait that are nearly the same, while this one does.
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
    thread_set: str
    thread_closes_at: datetime | None
    parent: ParentView | None
    findings: tuple[FindingView, ...]
    published: TextView | None
    reports: Mapping[str, int]
    unmoderated: bool
    opinion_wanted: bool
    digest: Digest
    notes: Mapping[About, Glance]
    alike: int

    def thread_state(self, now: datetime) -> str:
        """Whether readers may write there: open, or closed by hand or by itself."""
        return state_at(self.thread_set, self.thread_closes_at, now)


def get_card(session: Session, site_id: UUID, comment_id: UUID) -> Card:
    """One comment, or ``NotFoundError``; another site's is not found."""
    cards = cards_of(session, site_id, [comment_id])
    if not cards:
        raise NotFoundError("comment_not_found")
    return cards[0]


def cards_of(session: Session, site_id: UUID, ids: Sequence[UUID]) -> list[Card]:
    """The site's comments among ``ids``, in that order; no statement for none."""
    if not ids:
        return []
    parent, parent_text = aliased(Comment), aliased(Revision)
    statement = (
        select(Comment, Revision, Thread, parent, parent_text, Site)
        .join(Site, Site.id == Comment.site_id)
        .join(Revision, and_(Revision.comment_id == Comment.id, Revision.number == Comment.latest_revision))
        .join(Thread, Thread.id == Comment.thread_id)
        .outerjoin(parent, parent.id == Comment.parent_id)
        .outerjoin(
            parent_text,
            and_(parent_text.comment_id == parent.id, parent_text.number == parent.latest_revision),
        )
        .where(Comment.site_id == site_id, Comment.id.in_(ids))
    )
    place = {comment_id: number for number, comment_id in enumerate(ids)}
    rows = sorted(session.execute(statement).all(), key=lambda row: place[row[0].id])
    found = _findings(session, site_id, [(c.id, c.latest_revision) for c, *_ in rows])
    public = [c for c, *_ in rows if c.status == Status.APPROVED]
    shown = _published(session, site_id, [(c.id, c.published_revision) for c in public if c.edit_waiting])
    noted = notes.glances(session, site_id, {c.id: c.author_id for c, *_ in rows})
    told = flags.count_open(session, site_id, [c.id for c in public]) if public else {}
    authors = digests_of(session, site_id, list(place))
    alike = clusters.sizes(session, site_id, {c.cluster_id for c, *_ in rows if c.cluster_id and _waits(c)})
    return [
        _card(
            comment,
            revision,
            thread,
            site.policy,
            _parent(above, above_text),
            found.get(comment.id, ()),
            shown.get(comment.id),
            told.get(comment.id, {}),
            authors[comment.id],
            noted.get(comment.id, {}),
            alike.get(comment.cluster_id, 1) - 1 if comment.cluster_id and _waits(comment) else 0,
        )
        for comment, revision, thread, above, above_text, site in rows
    ]


def _card(
    comment: Comment,
    revision: Revision,
    thread: Thread,
    policy: SitePolicy,
    parent: ParentView | None,
    findings: Sequence[FindingView],
    published: TextView | None,
    reports: Mapping[str, int],
    digest: Digest,
    noted: Mapping[About, Glance],
    alike: int,
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
        thread_set=thread.set_in(policy),
        thread_closes_at=thread.closes_at(policy),
        parent=parent,
        findings=tuple(findings),
        published=published,
        reports=reports,
        unmoderated=comment.unmoderated,
        opinion_wanted=comment.opinion_by is not None,
        digest=digest,
        notes=noted,
        alike=alike,
    )


def _waits(comment: Comment) -> bool:
    return comment.status == Status.PENDING


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
                FindingView(row.code, row.rule, row.check_version, spans, row.outcome)
            )
    return found
