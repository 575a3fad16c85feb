"""Decide: one comment or many, each with the version that was judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service.domain.access import Permission, Principal
from service.domain.errors import ConflictError, NotFoundError, ServiceError
from service.domain.moderation import Action, ActorKind, Status, check_reason, target
from service.domain.ports import Clock, NewId
from service.storage import comments, decisions, flags
from service.storage.comments import Comment
from service.storage.decisions import Decision
from service.storage.flags import Flag
from service.storage.uow import Session, UnitOfWork
from service.usecases import transition
from service.usecases.transition import Step

MAX_ITEMS = 500


@dataclass(frozen=True)
class DecisionRequest:
    """``version`` is the one the moderator read. ``client_id`` makes a repeat harmless."""

    comment: UUID
    action: Action
    version: int
    reason: str | None = None
    client_id: str | None = None


@dataclass(frozen=True)
class Outcome:
    """What became of one request: a decision, or the error that refused it."""

    request: DecisionRequest
    decision: Decision | None = None
    error: ServiceError | None = None


class DecideComments:
    def __init__(self, uow: UnitOfWork, new_id: NewId, clock: Clock) -> None:
        self._uow, self._new_id, self._clock = uow, new_id, clock

    def one(self, principal: Principal, request: DecisionRequest) -> Decision:
        """The decision, or the error that refused it, raised."""
        (outcome,) = self.many(principal, [request])[1]
        if outcome.error is not None:
            raise outcome.error
        assert outcome.decision is not None
        return outcome.decision

    def many(self, principal: Principal, requests: Sequence[DecisionRequest]) -> tuple[UUID, list[Outcome]]:
        """A batch id and one outcome a request, in order. What can be decided is; the rest says why not."""
        principal.require(Permission.DECIDE)

        def change(session: Session) -> tuple[UUID, list[Outcome]]:
            now = self._clock()
            batch = self._new_id(now)
            held = comments.lock_many(session, principal.site_id, [r.comment for r in requests])
            # After the lock: a repeat that ran beside its first call has waited here and now finds its answer.
            earlier = decisions.find_by_client_ids(
                session, principal.site_id, [r.client_id for r in requests if r.client_id]
            )
            # Only what readers have seen can have been reported.
            seen = [c.id for c in held.values() if c.published_revision is not None]
            reports = flags.list_open(session, principal.site_id, seen)
            outcomes = []
            for request in requests:
                try:
                    found = _earlier_answer(earlier, request, principal)
                    if found is None:
                        marker = batch if len(requests) > 1 else None
                        comment, told = held.get(request.comment), reports.get(request.comment, ())
                        found = self._decide(session, principal, comment, request, marker, now, told)
                        reports.pop(request.comment, None)
                    if request.client_id:
                        earlier[request.client_id] = found
                    outcomes.append(Outcome(request, decision=found))
                except ServiceError as error:
                    outcomes.append(Outcome(request, error=error))
            return batch, outcomes

        return self._uow.run(change)

    def _decide(
        self,
        session: Session,
        principal: Principal,
        comment: Comment | None,
        request: DecisionRequest,
        batch: UUID | None,
        now: datetime,
        reports: Sequence[Flag],
    ) -> Decision:
        if comment is None:
            raise NotFoundError("comment_not_found")
        reason = check_reason(request.action, request.reason)
        if comment.version != request.version:
            raise ConflictError("stale_version", public=current_state(comment))
        to = _target(comment, request.action, to_confirm=_to_confirm(principal, comment, reports))
        step = Step(
            action=request.action,
            to=to,
            published=comment.latest_revision if to is Status.APPROVED else comment.published_revision,
            actor=principal.actor,
            reason=reason,
            batch=batch,
            client_id=request.client_id,
        )
        decision = transition.apply(session, comment, step, new_id=self._new_id, now=now)
        flags.resolve(comment, reports, now)
        return decision


def current_state(comment: Comment) -> dict[str, object]:
    """What the loser of a race is told."""
    return {"comment": {"id": str(comment.id), "status": comment.status, "version": comment.version}}


def _to_confirm(principal: Principal, comment: Comment, reports: Sequence[Flag]) -> bool:
    """Whether an approval of what is approved says something new. That a moderator has looked only one can say."""
    unseen = comment.unmoderated and principal.actor.kind is ActorKind.MODERATOR
    return comment.edit_waiting or unseen or bool(reports)


def _target(comment: Comment, action: Action, *, to_confirm: bool) -> Status:
    try:
        return target(Status(comment.status), action, to_confirm=to_confirm)
    except ConflictError as error:
        error.public.update(current_state(comment))
        raise


def _earlier_answer(
    earlier: dict[str, Decision], request: DecisionRequest, principal: Principal
) -> Decision | None:
    """The decision made under this client id, when it was the very same request by the very same actor."""
    found = earlier.get(request.client_id) if request.client_id else None
    if found is None:
        return None
    made = (found.subject_id, found.action, found.version, found.actor_id)
    asked = (request.comment, request.action.value, request.version, principal.actor.id)
    if made != asked or (request.action is Action.REJECT and found.reason != request.reason):
        raise ConflictError("client_id_reused")
    return found
