"""Ask for a second opinion: the comment goes to the view where colleagues look, and stays where it stands."""

from __future__ import annotations

from uuid import UUID

from service.domain.access import Permission, Principal
from service.domain.errors import ConflictError, ForbiddenError, NotFoundError
from service.domain.moderation import ActorKind, Status
from service.storage import comments, leases
from service.storage.uow import Session, UnitOfWork


class AskOpinion:
    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def ask(self, principal: Principal, comment_id: UUID, *, wanted: bool = True) -> None:
        """Says, or with ``wanted`` false no longer says, that a second opinion is wanted. The next decision answers it.
        Whoever asks reads it no more: colleagues are shown it. No decision: version and log stay as they are.

        ``NotFoundError`` for what is not the site's, ``ConflictError`` for what its author took back;
        ``ForbiddenError`` for a program, which has no opinion to doubt.
        """
        principal.require(Permission.DECIDE)
        if principal.actor.kind is not ActorKind.MODERATOR:
            raise ForbiddenError("forbidden")

        def change(session: Session) -> None:
            comment = comments.lock_many(session, principal.site_id, [comment_id]).get(comment_id)
            if comment is None:
                raise NotFoundError("comment_not_found")
            if wanted and comment.status in (Status.WITHDRAWN, Status.ERASED):
                raise ConflictError("transition_not_allowed")
            comment.opinion_by = principal.actor.id if wanted else None
            if principal.actor.id is not None:
                leases.release(session, principal.site_id, principal.actor.id, [comment_id])

        self._uow.run(change)
