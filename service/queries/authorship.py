"""One author's comments and, apart from them, those that came with the same address. A comment's id leads to both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ScalarSelect, Select, and_, func, select
from sqlalchemy.orm import Session, aliased

from service.domain.moderation import Status
from service.domain.standing import standing
from service.queries.cards import Card, cards_of
from service.queries.cursors import cursor_after, read_cursor
from service.queries.history import DecisionView, view_of
from service.storage.comments import Comment
from service.storage.contacts import Contact
from service.storage.decisions import Decision
from service.storage.level_changes import LevelChange
from service.storage.revisions import Revision
from service.storage.threads import Thread

PAGE_SIZE = 25
MAX_SWEPT = 500
#: Comments of one author or address that a request may walk.
WALK = 5_000
#: Code points of a text that are shown where many are listed.
EXCERPT = 160
_OWN, _SAME = b"a", b"s"


@dataclass(frozen=True)
class Listed:
    """A page of comments, newest first, each with the decision that stands."""

    entries: tuple[tuple[Card, DecisionView | None], ...]
    next: str | None


@dataclass(frozen=True)
class Waiting:
    id: UUID
    version: int
    name: str
    text: str
    direction: str
    created_at: datetime
    thread: str


@dataclass(frozen=True)
class Sweep:
    """What waits, newest first, at most ``MAX_SWEPT``. ``more``: there are or may be others behind."""

    items: tuple[Waiting, ...]
    more: bool


@dataclass(frozen=True)
class LevelSet:
    """``after`` is missing where a level was taken back."""

    after: str | None
    moderator: str
    at: datetime


def own_comments(
    session: Session, site_id: UUID, comment_id: UUID, cursor: str | None, limit: int = PAGE_SIZE
) -> Listed:
    """The comments of the author of ``comment_id``."""
    before = read_cursor(_OWN, cursor)
    walk = _of_author(site_id, comment_id).limit(limit + 1)
    found = session.scalars(walk if before is None else walk.where(Comment.id < before)).all()
    return _listed(session, site_id, found[:limit], cursor_after(_OWN, found[limit - 1]) if found[limit:] else None)


def same_address(
    session: Session, site_id: UUID, comment_id: UUID, cursor: str | None, limit: int = PAGE_SIZE
) -> Listed:
    """The comments that came with the address of ``comment_id`` and are not proven to be its author's."""
    before = read_cursor(_SAME, cursor)
    walk = _of_address(site_id, comment_id)
    if before is not None:
        walk = walk.where(Contact.comment_id < before)
    seen = walk.limit(WALK).subquery()
    strangers = (
        select(Comment.id)
        .join(seen, seen.c.id == Comment.id)
        .where(Comment.site_id == site_id, Comment.author_id != _author(site_id, comment_id))
        .order_by(seen.c.id.desc())
        .limit(limit + 1)
    )
    found = session.scalars(strangers).all()
    edge = found[limit - 1] if found[limit:] else session.scalar(walk.offset(WALK - 1).limit(1))
    return _listed(session, site_id, found[:limit], cursor_after(_SAME, edge) if edge else None)


def waiting(session: Session, site_id: UUID, comment_id: UUID, *, address: bool) -> Sweep:
    """What of this author waits for a decision; with ``address``, what of everybody who typed the same one."""
    walk = _of_address(site_id, comment_id) if address else _of_author(site_id, comment_id)
    seen = walk.limit(WALK).subquery()
    rows = session.execute(
        select(
            Comment.id,
            Comment.version,
            Comment.created_at,
            Revision.name,
            func.substr(Revision.source, 1, EXCERPT + 1).label("text"),
            Revision.direction,
            func.coalesce(func.nullif(Thread.title, ""), Thread.key).label("thread"),
        )
        .join(seen, seen.c.id == Comment.id)
        .join(Revision, and_(Revision.comment_id == Comment.id, Revision.number == Comment.latest_revision))
        .join(Thread, Thread.id == Comment.thread_id)
        .where(Comment.site_id == site_id, Comment.status == Status.PENDING.value)
        .order_by(seen.c.id.desc())
        .limit(MAX_SWEPT + 1)
    ).all()
    items = tuple(
        Waiting(row.id, row.version, row.name, row.text, row.direction, row.created_at, row.thread)
        for row in rows[:MAX_SWEPT]
    )
    more = len(rows) > MAX_SWEPT or session.scalar(walk.offset(WALK).limit(1)) is not None
    return Sweep(items, more)


def level_changes(session: Session, site_id: UUID, comment_id: UUID, limit: int = PAGE_SIZE) -> Sequence[LevelSet]:
    """What moderators have set for the author of ``comment_id``, newest first."""
    rows = session.execute(
        select(LevelChange.after, LevelChange.moderator_label, LevelChange.at)
        .where(LevelChange.site_id == site_id, LevelChange.author_id == _author(site_id, comment_id))
        .order_by(LevelChange.id.desc())
        .limit(limit)
    )
    return [LevelSet(row.after, row.moderator_label, row.at) for row in rows]


def _author(site_id: UUID, comment_id: UUID) -> ScalarSelect[Any]:
    asked = aliased(Comment)
    return select(asked.author_id).where(asked.site_id == site_id, asked.id == comment_id).scalar_subquery()


def _of_author(site_id: UUID, comment_id: UUID) -> Select[Any]:
    return (
        select(Comment.id)
        .where(Comment.site_id == site_id, Comment.author_id == _author(site_id, comment_id))
        .order_by(Comment.id.desc())
    )


def _of_address(site_id: UUID, comment_id: UUID) -> Select[Any]:
    asked = aliased(Contact)
    fingerprint = (
        select(asked.fingerprint).where(asked.site_id == site_id, asked.comment_id == comment_id).scalar_subquery()
    )
    return (
        select(Contact.comment_id.label("id"))
        .where(Contact.site_id == site_id, Contact.fingerprint == fingerprint)
        .order_by(Contact.comment_id.desc())
    )


def _listed(session: Session, site_id: UUID, ids: Sequence[UUID], after: str | None) -> Listed:
    chains: dict[UUID, list[Decision]] = {}
    if ids:
        rows = session.scalars(
            select(Decision)
            .where(Decision.site_id == site_id, Decision.subject_id.in_(ids))
            .order_by(Decision.subject_id, Decision.version_after)
        )
        for row in rows:
            chains.setdefault(row.subject_id, []).append(row)
    entries = []
    for card in cards_of(session, site_id, ids):
        stands = standing(chains.get(card.id, []), card.version)
        entries.append((card, view_of(stands) if stands else None))
    return Listed(tuple(entries), after)
