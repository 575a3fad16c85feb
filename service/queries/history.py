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
from service.storage.decisions import GENESIS, Decision, chain_hash


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
    actor_label: str
    reason: str | None
    batch: UUID | None
    undoes: UUID | None
    at: datetime


def history_of(session: Session, site_id: UUID, comment_id: UUID) -> Sequence[DecisionView]:
    """The comment's decisions, oldest first."""
    return [view_of(d) for d in decisions.list_for(session, site_id, comment_id)]


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
        actor_label=decision.actor_label,
        reason=decision.reason,
        batch=decision.batch,
        undoes=decision.undoes,
        at=decision.at,
    )
