"""Notes as moderators read them: all that is written about one comment and its author, or a glance at many cards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session

from service.domain.errors import NotFoundError
from service.domain.notes import About, Subject
from service.storage import notes
from service.storage.comments import Comment
from service.storage.notes import Note


@dataclass(frozen=True)
class NoteView:
    id: UUID
    body: str
    by: str
    moderator: UUID
    at: datetime


@dataclass(frozen=True)
class Glance:
    """How many notes there are, and the newest."""

    count: int
    newest: str
    by: str


@dataclass(frozen=True)
class Written:
    """Of one comment: the notes on it and on its author, oldest first."""

    author: UUID
    on_comment: Sequence[NoteView]
    on_author: Sequence[NoteView]


def written_about(session: Session, site_id: UUID, comment_id: UUID) -> Written:
    """``NotFoundError`` for a comment that is not the site's."""
    author = session.scalar(select(Comment.author_id).where(Comment.site_id == site_id, Comment.id == comment_id))
    if author is None:
        raise NotFoundError("comment_not_found")
    on_comment = notes_about(session, site_id, Subject(About.COMMENT, comment_id))
    return Written(author, on_comment, notes_about(session, site_id, Subject(About.AUTHOR, author)))


def notes_about(session: Session, site_id: UUID, subject: Subject) -> Sequence[NoteView]:
    """Oldest first."""
    return [
        NoteView(n.id, n.body, n.moderator_label, n.moderator_id, n.created_at)
        for n in notes.list_about(session, site_id, subject)
    ]


def glances(session: Session, site_id: UUID, authors: Mapping[UUID, UUID]) -> Mapping[UUID, Mapping[About, Glance]]:
    """For comments, given with their authors, what there is to see at a glance; in one statement. A comment without
    notes on it or on its author is left out.
    """
    if not authors:
        return {}
    asked = union_all(
        _newest(site_id, Note.comment_id, list(authors)), _newest(site_id, Note.author_id, list(set(authors.values())))
    )
    found = {row.subject: Glance(row.number, row.body, row.moderator_label) for row in session.execute(asked)}
    seen = {}
    for comment, author in authors.items():
        both = {About.COMMENT: found.get(comment), About.AUTHOR: found.get(author)}
        if told := {about: glance for about, glance in both.items() if glance}:
            seen[comment] = told
    return seen


def _newest(
    site_id: UUID, subject: InstrumentedAttribute[UUID | None], ids: Sequence[UUID]
) -> Select[tuple[Any, ...]]:
    ranked = (
        select(
            subject.label("subject"),
            Note.body,
            Note.moderator_label,
            func.count().over(partition_by=subject).label("number"),
            func.row_number().over(partition_by=subject, order_by=Note.id.desc()).label("place"),
        )
        .where(Note.site_id == site_id, subject.in_(ids))
        .subquery()
    )
    return select(ranked.c.subject, ranked.c.body, ranked.c.moderator_label, ranked.c.number).where(ranked.c.place == 1)
