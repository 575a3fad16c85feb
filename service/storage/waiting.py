"""What waits for a moderator and was written by a reader, in the order of ids, as the worker goes through it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import literal, select, tuple_
from sqlalchemy.orm import Session

from service.domain.moderation import Status
from service.storage.comments import Comment
from service.storage.findings import Finding
from service.storage.revisions import Revision

#: Written out, or the partial index is not used.
_PENDING = Comment.status == literal(Status.PENDING.value, literal_execute=True)


@dataclass(frozen=True)
class Waiting:
    """A comment with its latest text."""

    comment: UUID
    revision: int
    body: str = field(repr=False)


def list_behind(session: Session, site_id: UUID, after: UUID, last: UUID | None, limit: int) -> list[Waiting]:
    """Those with an id above ``after`` and, where it is given, not above ``last``; a walk along an index."""
    asked = (
        select(Comment.id, Comment.latest_revision, Revision.source)
        .with_hint(Comment, "INDEXED BY ix_comment_pending", "sqlite")
        .join(Revision, (Revision.comment_id == Comment.id) & (Revision.number == Comment.latest_revision))
        .where(Comment.site_id == site_id, _PENDING, Comment.staff_id.is_(None), Comment.id > after)
    )
    if last is not None:
        asked = asked.where(Comment.id <= last)
    return [Waiting(*row) for row in session.execute(asked.order_by(Comment.id).limit(limit))]


def findings_of(session: Session, site_id: UUID, texts: Mapping[UUID, int]) -> dict[UUID, Sequence[Finding]]:
    """What was found in these revisions, by comment, in the order the checks ran; no statement for none."""
    if not texts:
        return {}
    found: dict[UUID, list[Finding]] = {}
    for row in session.scalars(
        select(Finding)
        .where(Finding.site_id == site_id, tuple_(Finding.comment_id, Finding.revision).in_(list(texts.items())))
        .order_by(Finding.id)
    ):
        found.setdefault(row.comment_id, []).append(row)
    return {**found}
