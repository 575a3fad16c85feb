"""What stands around a comment in its discussion, as readers see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, and_, literal, select
from sqlalchemy.orm import Session

from service.domain.moderation import Status
from service.storage.comments import Comment
from service.storage.revisions import Revision

#: Public comments shown before and behind.
AROUND = 8


@dataclass(frozen=True)
class Neighbour:
    """A public comment of the same discussion. ``answered``: the comment in question is a reply to it."""

    id: UUID
    name: str
    html: str
    direction: str
    language: str | None
    created_at: datetime
    answered: bool


@dataclass(frozen=True)
class Context:
    """``more_before`` and ``more_behind``: there is more than is told."""

    before: Sequence[Neighbour]
    behind: Sequence[Neighbour]
    more_before: bool
    more_behind: bool


def context_of(session: Session, site_id: UUID, comment_id: UUID) -> Context:
    """The public comments under the same first one, up to ``AROUND`` on either side, in the order of the thread; of a
    comment that begins a discussion its answers. Nothing for what is not the site's.
    """
    comment = session.scalar(select(Comment).where(Comment.site_id == site_id, Comment.id == comment_id))
    if comment is None:
        return Context((), (), more_before=False, more_behind=False)
    shown = _shown(comment)
    before = session.execute(shown.where(Comment.id < comment.id).order_by(Comment.id.desc()).limit(AROUND + 1)).all()
    behind = session.execute(shown.where(Comment.id > comment.id).order_by(Comment.id).limit(AROUND + 1)).all()
    return Context(
        before=[_neighbour(comment, *row) for row in reversed(before[:AROUND])],
        behind=[_neighbour(comment, *row) for row in behind[:AROUND]],
        more_before=len(before) > AROUND,
        more_behind=len(behind) > AROUND,
    )


def _shown(comment: Comment) -> Select[Comment, Revision]:
    return (
        select(Comment, Revision)
        .join(Revision, and_(Revision.comment_id == Comment.id, Revision.number == Comment.published_revision))
        .where(
            Comment.site_id == comment.site_id,
            Comment.thread_id == comment.thread_id,
            Comment.root_id == comment.root_id,
            # Literal, or the partial index is not used.
            Comment.status == literal(Status.APPROVED.value, literal_execute=True),
        )
    )


def _neighbour(comment: Comment, other: Comment, text: Revision) -> Neighbour:
    return Neighbour(
        id=other.id,
        name=text.name,
        html=text.html,
        direction=text.direction,
        language=text.language,
        created_at=other.created_at,
        answered=other.id == comment.parent_id,
    )
