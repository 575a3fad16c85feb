"""What of comments is public, as their pages are made of it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, Uuid, and_, bindparam, func, literal, select, tuple_
from sqlalchemy.orm import Session

from service.domain.moderation import Status
from service.domain.snapshot import FIRST, Key, PublicComment
from service.storage.authors import Author
from service.storage.base import ask
from service.storage.comments import Comment
from service.storage.revisions import Revision

#: Comments from before faces were theirs have their author's.
_AVATAR = func.coalesce(Comment.avatar, Author.avatar)

Columns = Select[*tuple[Any, ...]]


def find_public(session: Session, site_id: UUID, comment_id: UUID) -> tuple[UUID, PublicComment] | None:
    """The comment as published, with its thread; ``None`` when no reader sees it."""
    asked = _shown().where(Comment.id == comment_id).add_columns(Comment.thread_id)
    row = ask(session, asked, {"site": site_id}).one_or_none()
    return (row.thread_id, _public(row)) if row else None


def list_published(
    session: Session, site_id: UUID, thread_id: UUID, start: Key, end: Key | None
) -> list[PublicComment]:
    """What is public in the range from ``start`` up to, not including, ``end``, in thread order, with the empty
    places of what its authors took back.
    """
    asked: dict[str, object] = {"site": site_id, "thread": thread_id}
    for name, key in (("start", start), ("end", end)):
        if key is not None:
            asked |= {f"{name}_root": key[0], f"{name}_id": key[1]}
    begins = start != (FIRST, FIRST)
    public = [_public(row) for row in ask(session, _public_within(begins, end is not None), asked)]
    places = ask(session, _gone_within(begins, end is not None), asked).all()
    if places:
        public = sorted([*public, *_answered(session, site_id, thread_id, places)], key=lambda c: c.key)
    return public


@cache
def _public_within(begins: bool, ends: bool) -> Columns:
    return _shown().where(*_within(begins, ends)).order_by(Comment.root_id, Comment.id)


@cache
def _gone_within(begins: bool, ends: bool) -> Columns:
    gone = [literal(status.value, literal_execute=True) for status in (Status.WITHDRAWN, Status.ERASED)]
    return select(Comment.id, Comment.parent_id, Comment.root_id, Comment.created_at).where(
        Comment.site_id == bindparam("site"), *_within(begins, ends), Comment.status.in_(gone)
    )


def _shown() -> Columns:
    """What of a site's published comments is public."""
    text = and_(Revision.comment_id == Comment.id, Revision.number == Comment.published_revision)
    return (
        select(
            Comment.id,
            Comment.parent_id,
            Comment.root_id,
            Comment.created_at,
            Comment.staff_id,
            Revision.number,
            Revision.name,
            Revision.website,
            Revision.source,
            Revision.html,
            Revision.direction,
            Revision.language,
            Revision.created_at.label("written_at"),
            _AVATAR.label("face"),
        )
        .join(Revision, text)
        .join(Author, Author.id == Comment.author_id)
        .where(
            Comment.site_id == bindparam("site"),
            # Literal, or the partial index is not used.
            Comment.status == literal(Status.APPROVED.value, literal_execute=True),
        )
    )


def _within(begins: bool, ends: bool) -> list[ColumnElement[bool]]:
    """Row values: only so do both databases look up where the range begins, instead of reading the whole thread."""
    place = tuple_(Comment.root_id, Comment.id)
    within: list[ColumnElement[bool]] = [Comment.thread_id == bindparam("thread")]
    if begins:
        within.append(place >= tuple_(bindparam("start_root", type_=Uuid), bindparam("start_id", type_=Uuid)))
    if ends:
        within.append(place < tuple_(bindparam("end_root", type_=Uuid), bindparam("end_id", type_=Uuid)))
    return within


def _answered(session: Session, site_id: UUID, thread_id: UUID, places: Sequence[Row[Any]]) -> list[PublicComment]:
    """Those of ``places`` that something public answers, directly or through another place that stays."""
    answered = set(
        session.scalars(
            select(Comment.parent_id).where(
                Comment.site_id == site_id,
                Comment.thread_id == thread_id,
                Comment.parent_id.in_([c.id for c in places]),
                Comment.status == literal(Status.APPROVED.value, literal_execute=True),
            )
        )
    )
    # A reply has a later id than what it answers.
    for comment in sorted(places, key=lambda c: c.id, reverse=True):
        if comment.id in answered and comment.parent_id is not None:
            answered.add(comment.parent_id)
    return [_place(c) for c in places if c.id in answered]


def _place(comment: Row[Any]) -> PublicComment:
    return PublicComment(
        id=comment.id,
        parent=comment.parent_id,
        root=comment.root_id,
        name="",
        website=None,
        text="",
        html="",
        dir="auto",
        lang=None,
        created_at=comment.created_at,
        edited_at=None,
        staff=False,
        avatar="",
    )


def _public(row: Row[Any]) -> PublicComment:
    return PublicComment(
        id=row.id,
        parent=row.parent_id,
        root=row.root_id,
        name=row.name,
        website=row.website,
        text=row.source,
        html=row.html,
        dir=row.direction,
        lang=row.language,
        created_at=row.created_at,
        edited_at=row.written_at if row.number > 1 else None,
        staff=row.staff_id is not None,
        avatar=row.face,
    )
