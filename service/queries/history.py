"""What was decided about a comment, by whom, when and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.domain.moderation import Actor
from service.storage import decisions
from service.storage.comments import Comment
from service.storage.decisions import GENESIS, Decision, chain_hash
from service.storage.revisions import Revision


@dataclass(frozen=True)
class DecisionView:
    id: UUID
    comment: UUID
    action: str
    before: str
    after: str
    version: int
    version_after: int
    revision: int
    actor_kind: str
    actor_id: UUID | None
    actor_label: str
    reason: str | None
    batch: UUID | None
    undoes: UUID | None
    at: datetime


@dataclass(frozen=True)
class RevisionView:
    """One text of a comment. ``public``: the one readers see. ``redacted``: who has taken words out, and why."""

    number: int
    text: str
    direction: str
    language: str | None
    created_at: datetime
    by_staff: bool
    public: bool
    redacted: tuple[str, str] | None


def history_of(session: Session, site_id: UUID, comment_id: UUID) -> Sequence[DecisionView]:
    """The comment's decisions, oldest first."""
    return [view_of(d) for d in decisions.list_for(session, site_id, comment_id)]


def revisions_of(session: Session, site_id: UUID, comment_id: UUID) -> Sequence[RevisionView]:
    """The comment's texts, oldest first. There are never more than ``MAX_TEXTS``."""
    rows = session.execute(
        select(Revision, Comment.staff_id, Comment.published_revision)
        .join(Comment, Comment.id == Revision.comment_id)
        .where(Revision.site_id == site_id, Revision.comment_id == comment_id)
        .order_by(Revision.number)
    )
    return [
        RevisionView(
            number=revision.number,
            text=revision.source,
            direction=revision.direction,
            language=revision.language,
            created_at=revision.created_at,
            by_staff=staff_id is not None,
            public=revision.number == published,
            redacted=(revision.redacted_label or "", revision.redacted_reason or "") if revision.redacted_by else None,
        )
        for revision, staff_id, published in rows
    ]


def last_undoable(session: Session, site_id: UUID, actor: Actor, decision_id: UUID) -> DecisionView | None:
    """The decision, when it is this actor's own and nothing has happened to the comment since."""
    found = session.scalar(
        select(Decision).where(
            Decision.site_id == site_id, Decision.id == decision_id, Decision.actor_id == actor.id
        )
    )
    if found is None:
        return None
    last = decisions.find_last(session, site_id, found.subject_id)
    return view_of(found) if last is not None and last.id == found.id else None


def own_batch(session: Session, site_id: UUID, actor: Actor, batch: UUID) -> Sequence[DecisionView]:
    """What this actor decided together under that id, oldest first."""
    made = decisions.list_batch(session, site_id, batch)
    return [view_of(d) for d in made if d.actor_id == actor.id]


def first_altered(chain: Sequence[Decision]) -> Decision | None:
    """The first row of a subject's chain that does not fit; ``None`` when all do."""
    previous = GENESIS
    for decision in chain:
        if decision.prev_hash != previous or decision.hash != chain_hash(decision):
            return decision
        previous = decision.hash
    return None


def view_of(decision: Decision) -> DecisionView:
    return DecisionView(
        id=decision.id,
        comment=decision.subject_id,
        action=decision.action,
        before=decision.from_status,
        after=decision.to_status,
        version=decision.version,
        version_after=decision.version_after,
        revision=decision.revision,
        actor_kind=decision.actor_kind,
        actor_id=decision.actor_id,
        actor_label=decision.actor_label,
        reason=decision.reason,
        batch=decision.batch,
        undoes=decision.undoes,
        at=decision.at,
    )
