"""Undo: a decision like any other, which says what it undoes and leads back to where that one came from."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from service.domain.access import Permission, Principal
from service.domain.errors import ConflictError, NotFoundError
from service.domain.moderation import READERS, Action, Status
from service.domain.ports import Clock, NewId
from service.storage import comments, decisions, flags
from service.storage.comments import Comment
from service.storage.decisions import Decision
from service.storage.uow import Session, UnitOfWork
from service.usecases import transition
from service.usecases.transition import Step


class UndoDecision:
    def __init__(self, uow: UnitOfWork, new_id: NewId, clock: Clock) -> None:
        self._uow, self._new_id, self._clock = uow, new_id, clock

    def undo(self, principal: Principal, decision_id: UUID, client_id: str | None = None) -> Decision:
        """The undoing decision. Only a comment's latest decision can be undone; ``ConflictError`` otherwise, and for
        whatever its author has withdrawn or erased. Reports the undone decision had answered wait again.

        Asked again with the same client id it gives the first answer.
        """
        principal.require(Permission.DECIDE)

        def change(session: Session) -> Decision:
            undone = decisions.get(session, principal.site_id, decision_id)
            comment = comments.lock_many(session, principal.site_id, [undone.subject_id]).get(
                undone.subject_id
            )
            if comment is None:
                raise NotFoundError("comment_not_found")
            if client_id:
                earlier = decisions.find_by_client_ids(session, principal.site_id, [client_id]).get(client_id)
                if earlier is not None and earlier.undoes == undone.id:
                    return earlier
                if earlier is not None:
                    raise ConflictError("client_id_reused")
            state = {"id": str(comment.id), "status": comment.status, "version": comment.version}
            if undone.action in READERS or comment.status in (Status.WITHDRAWN, Status.ERASED):
                raise ConflictError("transition_not_allowed", public={"comment": state})
            if comment.version != undone.version_after:
                raise ConflictError("undo_not_latest", public={"comment": state})
            step = Step(
                action=Action.UNDO,
                to=Status(undone.from_status),
                published=undone.published_before,
                actor=principal.actor,
                client_id=client_id,
                undoes=undone.id,
            )
            now = self._clock()
            self._reports(session, comment, undone, now)
            return transition.apply(session, comment, step, new_id=self._new_id, now=now)

        return self._uow.run(change)

    def _reports(self, session: Session, comment: Comment, undone: Decision, now: datetime) -> None:
        """Those the undone decision has answered wait again. Like every decision one that takes the comment from the
        readers answers those that are open.
        """
        seen = [comment.id] if comment.published_revision is not None else []
        if undone.from_status != Status.APPROVED:
            flags.resolve(flags.list_open(session, comment.site_id, seen).get(comment.id, ()), now)
        if undone.published_before is not None:
            flags.resolve(flags.list_answered(session, comment.site_id, comment.id, undone.at), None)
