"""THE ONE DOOR: the only place where a comment's status changes.

It writes the status, the decision row and the promised event together, and marks the page. Nothing else in
the service assigns ``Comment.status`` after a comment was made; a test reads the code for that.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service.domain import messages
from service.domain.moderation import READERS, Action, Actor, ActorKind, Status
from service.domain.ports import NewId
from service.storage import decisions, outbox
from service.storage.comments import Comment
from service.storage.decisions import Decision
from service.storage.uow import Session
from service.usecases.publish import mark

#: What leaves a trace on the pages: itself, or the place it had.
SHOWN = frozenset({Status.APPROVED, Status.WITHDRAWN, Status.ERASED})


@dataclass(frozen=True)
class Step:
    """A change of status that has been judged legal. ``published`` is the revision to show afterwards. ``stands``: the
    earlier decision that an undo brings back.
    """

    action: Action
    to: Status
    published: int | None
    actor: Actor
    reason: str | None = None
    batch: UUID | None = None
    client_id: str | None = None
    undoes: UUID | None = None
    stands: Decision | None = None


def apply(session: Session, comment: Comment, step: Step, *, new_id: NewId, now: datetime) -> Decision:
    """Takes ``comment``, whose row is locked, through ``step``; the decision row as stored."""
    decision = Decision(
        id=new_id(now),
        site_id=comment.site_id,
        subject_kind="comment",
        subject_id=comment.id,
        action=step.action.value,
        from_status=comment.status,
        to_status=step.to.value,
        version=comment.version,
        version_after=comment.version + 1,
        revision=comment.latest_revision,
        published_before=comment.published_revision,
        published_after=step.published,
        actor_kind=step.actor.kind.value,
        actor_id=step.actor.id,
        actor_label=step.actor.label,
        reason=step.reason,
        batch=step.batch,
        client_id=step.client_id,
        undoes=step.undoes,
        at=now,
    )
    decisions.append(session, decision)
    if SHOWN & {comment.status, step.to}:
        mark(session, comment)
    comment.status = step.to.value
    comment.published_revision = step.published
    comment.version += 1
    _credit(comment, decision, step)
    event = messages.comment_decided(
        comment.id, decision.id, decision.action, decision.from_status, decision.to_status
    )
    outbox.put(session, new_id(now), comment.site_id, event, now)
    return decision


def _credit(comment: Comment, decision: Decision, step: Step) -> None:
    """Whose decision stands now. What the author takes back was decided by nobody."""
    if step.action in READERS:
        comment.opinion_by = None
        return
    stands = step.stands if step.action is Action.UNDO else decision
    by_hand = stands is not None and stands.actor_kind == ActorKind.MODERATOR
    comment.moderated_by = stands.actor_id if stands and by_hand else None
    comment.moderated_reason = stands.reason if stands and by_hand else None
    comment.opinion_by = None
