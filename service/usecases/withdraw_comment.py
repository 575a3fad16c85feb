"""Withdraw: the author takes a comment back. The text stays in the newsroom; no reader sees it, no moderator can
bring it back.
"""

from __future__ import annotations

from service.domain.errors import ConflictError
from service.domain.moderation import Action, Status, target
from service.domain.ports import Clock, NewId, Signer
from service.storage.uow import Session, UnitOfWork
from service.usecases import transition
from service.usecases.receipt_holder import READER, comment_of
from service.usecases.transition import Step


class WithdrawComment:
    def __init__(self, uow: UnitOfWork, signer: Signer, new_id: NewId, clock: Clock) -> None:
        self._uow, self._signer, self._new_id, self._clock = uow, signer, new_id, clock

    def withdraw(self, site_slug: str, receipt: str) -> None:
        """Done once, and done when asked again. ``NotFoundError`` for a receipt that opens nothing, ``ConflictError``
        when the comment is erased.
        """

        def change(session: Session) -> None:
            _, comment = comment_of(session, self._signer, site_slug, receipt)
            if comment.status == Status.WITHDRAWN:
                return
            if comment.status == Status.ERASED:
                raise ConflictError("comment_erased")
            step = Step(Action.WITHDRAW, target(Status(comment.status), Action.WITHDRAW), None, READER)
            transition.apply(session, comment, step, new_id=self._new_id, now=self._clock())

        self._uow.run(change)
