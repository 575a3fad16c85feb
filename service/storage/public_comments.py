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
from service.storage.base import ask, filled_up
from service.storage.comments import Comment
from service.storage.revisions import Revision

#: Whose author took it back.
_GONE = (Status.WITHDRAWN, Status.ERASED)
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


def find_published(
    session: Session, site_id: UUID, thread_id: UUID, ids: Sequence[UUID]
) -> list[PublicComment] | None:
    """Which of these comments are public, in no order. ``None`` when the author of one has taken it back: whether a
    place is kept for it, and for what it answers, depends on others.
    """
    rows = ask(session, _among(), {"site": site_id, "thread": thread_id, "ids": filled_up(ids)}).all()
    return None if any(row.status in _GONE for row in rows) else [_public(row) for row in rows]


@cache
def _public_within(begins: bool, ends: bool) -> Columns:
    return _shown().where(*_within(begins, ends)).order_by(Comment.root_id, Comment.id)


@cache
def _gone_within(begins: bool, ends: bool) -> Columns:
    return select(Comment.id, Comment.parent_id, Comment.root_id, Comment.created_at).where(
        Comment.site_id == bindparam("site"), *_within(begins, ends), _is(*_GONE)
    )


@cache
def _among() -> Columns:
    ids = Comment.id.in_(bindparam("ids", expanding=True))
    # Of what is erased there may be no revision left.
    rows = _with_text(outer=True).where(ids, Comment.thread_id == bindparam("thread"), _is(Status.APPROVED, *_GONE))
    return rows.add_columns(Comment.status)


def _shown() -> Columns:
    """What of a site's published comments is public."""
    return _with_text(outer=False).where(_is(Status.APPROVED))


def _is(*statuses: Status) -> ColumnElement[bool]:
    """Literals, or the partial index is not used."""
    values = [literal(status.value, literal_execute=True) for status in statuses]
    return Comment.status == values[0] if len(values) == 1 else Comment.status.in_(values)


def _with_text(*, outer: bool) -> Columns:
    """What is public of a site's comments, if they are. ``outer``: also of those that have no published revision."""
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
        .join(Revision, text, isouter=outer)
        .join(Author, Author.id == Comment.author_id)
        .where(Comment.site_id == bindparam("site"))
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
                _is(Status.APPROVED),
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
