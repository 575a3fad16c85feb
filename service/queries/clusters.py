"""Clusters: comments that are nearly the same and wait together. A comment's id leads to its cluster."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Subquery, and_, case, func, literal, select, tuple_
from sqlalchemy.orm import Session, aliased

from service.domain.moderation import Status
from service.storage.comments import Comment
from service.storage.revisions import Revision
from service.storage.threads import Thread

#: What is decided together at most.
MOST = 500
#: SQLite is told which index to take: by itself it walks along all that waits.
_INDEX = "INDEXED BY ix_comment_cluster"
#: Code points of a text that are shown. Of what is longer nobody can say that they have read it.
SHOWN = 2_000


@dataclass(frozen=True)
class Member:
    """``text`` is cut off at ``SHOWN``; ``whole`` says whether anything is missing."""

    id: UUID
    version: int
    name: str
    website: str | None
    text: str
    whole: bool
    direction: str
    created_at: datetime
    thread: str


@dataclass(frozen=True)
class Cluster:
    """What waits of a cluster: the comment that was asked for, if it still does, then the others as they came.
    ``more``: there are others behind ``MOST``.
    """

    members: tuple[Member, ...]
    more: bool


def waiting(session: Session, site_id: UUID, comment_id: UUID) -> Cluster:
    """The cluster of ``comment_id``; empty when nothing of it waits."""
    asked = aliased(Comment)
    cluster = select(asked.cluster_id).where(asked.site_id == site_id, asked.id == comment_id).scalar_subquery()
    rows = session.execute(
        select(
            Comment.id,
            Comment.version,
            Comment.created_at,
            Revision.name,
            Revision.website,
            func.substr(Revision.source, 1, SHOWN + 1).label("text"),
            Revision.direction,
            func.coalesce(func.nullif(Thread.title, ""), Thread.key).label("thread"),
        )
        .with_hint(Comment, _INDEX, "sqlite")
        .join(Revision, and_(Revision.comment_id == Comment.id, Revision.number == Comment.latest_revision))
        .join(Thread, Thread.id == Comment.thread_id)
        .where(Comment.site_id == site_id, _waits(Comment), Comment.cluster_id == cluster)
        .order_by(case((Comment.id == comment_id, 0), else_=1), Comment.id)
        .limit(MOST + 1)
    ).all()
    members = tuple(
        Member(
            id=row.id,
            version=row.version,
            name=row.name,
            website=row.website,
            text=row.text[:SHOWN],
            whole=len(row.text) <= SHOWN,
            direction=row.direction,
            created_at=row.created_at,
            thread=row.thread,
        )
        for row in rows[:MOST]
    )
    return Cluster(members, len(rows) > MOST)


def sizes(session: Session, site_id: UUID, clusters: Collection[UUID]) -> dict[UUID, int]:
    """How many wait in each of them; no statement for none."""
    if not clusters:
        return {}
    rows = session.execute(
        select(Comment.cluster_id, func.count())
        .with_hint(Comment, _INDEX, "sqlite")
        .where(Comment.site_id == site_id, _waits(Comment), Comment.cluster_id.in_(clusters))
        .group_by(Comment.cluster_id)
    )
    return {cluster: count for cluster, count in rows if cluster is not None}


def same_as(session: Session, site_id: UUID, typed: str) -> ColumnElement[bool]:
    """In the cluster of the site's comment with this id; what is no id, or has no cluster, finds nothing."""
    try:
        asked = UUID(typed)
    except ValueError:
        asked = UUID(int=0)
    found = session.scalar(select(Comment.cluster_id).where(Comment.site_id == site_id, Comment.id == asked))
    return Comment.cluster_id == (found or UUID(int=0))


def leads(site_id: UUID, seen: Subquery, *, by_urgency: bool) -> ColumnElement[bool]:
    """Whether a waiting comment of ``seen`` stands for its cluster: it is the first that came of what waits there, and
    stays so however many come; or the most urgent.
    """
    other = aliased(Comment)
    earlier = other.id < seen.c.id
    if by_urgency:
        earlier = tuple_(other.rank, other.id) < tuple_(seen.c.rank, seen.c.id)
    before = (
        select(other.id)
        .with_hint(other, _INDEX, "sqlite")
        .where(other.site_id == site_id, _waits(other), other.cluster_id == seen.c.cluster_id, earlier)
    )
    return ~before.exists()


def _waits(of: Any) -> ColumnElement[bool]:
    """Written as the partial index is, or it would not be used."""
    waits: ColumnElement[bool] = of.status == literal(Status.PENDING.value, literal_execute=True)
    return waits
