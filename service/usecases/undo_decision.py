"""Undo: a decision like any other, which says what it undoes and leads back to where that one came from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service.domain.access import Permission, Principal
from service.domain.errors import ConflictError, NotFoundError, ServiceError
from service.domain.moderation import READERS, Action, Status
from service.domain.ports import Clock, NewId
from service.domain.standing import standing
from service.storage import comments, decisions, flags, revisions
from service.storage.comments import Comment
from service.storage.decisions import Decision
from service.storage.uow import Session, UnitOfWork
from service.usecases import transition
from service.usecases.transition import Step

#: What a comment's id leaves of a decision's client id.
_ROOM = 31


@dataclass(frozen=True)
class Undone:
    """What became of one decision of a batch: the one that undoes it, or why it stays."""

    comment: UUID
    decision: Decision | None = None
    error: ServiceError | None = None


class UndoDecision:
    def __init__(self, uow: UnitOfWork, new_id: NewId, clock: Clock) -> None:
        self._uow, self._new_id, self._clock = uow, new_id, clock

    def undo(self, principal: Principal, decision_id: UUID, client_id: str | None = None) -> Decision:
        """The undoing decision. What can be undone is a comment's latest decision and, when that one is an undo, the
        decision that stands again: so step by step everything. ``ConflictError`` otherwise, and for whatever its author
        has withdrawn or erased; ``ForbiddenError`` for somebody else's, without the permission. Reports the undone
        decision had answered wait again.

        Asked again with the same client id it gives the first answer.
        """
        principal.require(Permission.DECIDE)

        def change(session: Session) -> Decision:
            undone = decisions.get(session, principal.site_id, decision_id)
            held = comments.lock_many(session, principal.site_id, [undone.subject_id])
            return self._undo(session, principal, undone, held, client_id, None)

        return self._uow.run(change)

    def batch(self, principal: Principal, batch: UUID, client_id: str | None = None) -> list[Undone]:
        """Undoes together what was decided together, as a batch of its own: one answer a decision. What has moved on
        since stays and says so. ``NotFoundError`` for a batch the site has not. Asked again with the same client id, of
        at most 31 characters, it gives the first answers.
        """
        principal.require(Permission.DECIDE)
        once = client_id[:_ROOM] if client_id else None

        def change(session: Session) -> list[Undone]:
            made = decisions.list_batch(session, principal.site_id, batch)
            if not made:
                raise NotFoundError("decision_not_found")
            held = comments.lock_many(session, principal.site_id, [d.subject_id for d in made])
            own = self._new_id(self._clock())
            answers = []
            for undone in made:
                try:
                    name = f"{once}.{undone.subject_id.hex}" if once else None
                    decision = self._undo(session, principal, undone, held, name, own)
                    answers.append(Undone(undone.subject_id, decision))
                except ServiceError as error:
                    answers.append(Undone(undone.subject_id, error=error))
            return answers

        return self._uow.run(change)

    def _undo(
        self,
        session: Session,
        principal: Principal,
        undone: Decision,
        held: dict[UUID, Comment],
        client_id: str | None,
        batch: UUID | None,
    ) -> Decision:
        comment = held.get(undone.subject_id)
        if comment is None:
            raise NotFoundError("comment_not_found")
        if client_id:
            earlier = decisions.find_by_client_ids(session, principal.site_id, [client_id]).get(client_id)
            if earlier is not None and earlier.undoes == undone.id:
                return earlier
            if earlier is not None:
                raise ConflictError("client_id_reused")
        if undone.actor_id not in (None, principal.actor.id):
            principal.require(Permission.UNDO_OTHERS)
        chain = decisions.list_for(session, principal.site_id, comment.id)
        _check(comment, undone, chain)
        if undone.from_status == Status.APPROVED and _redacted_since(session, comment, undone, chain):
            state = {"comment": {"id": str(comment.id), "status": comment.status, "version": comment.version}}
            raise ConflictError("undo_not_latest", public=state)
        now = self._clock()
        step = Step(
            action=Action.UNDO,
            to=Status(undone.from_status),
            published=undone.published_before,
            actor=principal.actor,
            batch=batch,
            client_id=client_id,
            undoes=undone.id,
            stands=standing(chain, undone.version),
        )
        self._reports(session, comment, undone, now)
        return transition.apply(session, comment, step, new_id=self._new_id, now=now)

    def _reports(self, session: Session, comment: Comment, undone: Decision, now: datetime) -> None:
        """Those the undone decision has answered wait again. Like every decision one that takes the comment from the
        readers answers those that are open.
        """
        seen = [comment.id] if comment.published_revision is not None else []
        if undone.from_status != Status.APPROVED:
            flags.resolve(comment, flags.list_open(session, comment.site_id, seen).get(comment.id, ()), now)
        if undone.published_before is not None:
            flags.resolve(comment, flags.list_answered(session, comment.site_id, comment.id, undone.at), None)


def _check(comment: Comment, undone: Decision, chain: Sequence[Decision]) -> None:
    """``ConflictError`` with the present state unless ``undone`` is what this comment's state comes from."""
    state = {"comment": {"id": str(comment.id), "status": comment.status, "version": comment.version}}
    if undone.action in READERS or comment.status in (Status.WITHDRAWN, Status.ERASED):
        raise ConflictError("transition_not_allowed", public=state)
    last, stands = chain[-1], standing(chain, comment.version)
    if comment.version != last.version_after or undone.id not in (last.id, stands.id if stands else None):
        raise ConflictError("undo_not_latest", public=state)


def _redacted_since(session: Session, comment: Comment, undone: Decision, chain: Sequence[Decision]) -> bool:
    """Whether words were taken out after ``undone`` judged the text, and that was not itself taken back. What it would
    bring back holds them.
    """
    taken_back = {d.undoes for d in chain if d.undoes}
    given_up = {
        d.published_after
        for d in chain
        if d.id in taken_back and d.from_status == d.to_status == Status.APPROVED
    }
    return bool(revisions.redacted_after(session, comment.site_id, comment.id, undone.revision) - given_up)
