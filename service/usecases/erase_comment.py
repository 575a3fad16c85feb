"""Erase: everything the author wrote leaves the database, for good. What stays is the comment's place, so that
replies stand, and the codes of what was decided.
"""

from __future__ import annotations

from service.domain.moderation import Action, Status, target
from service.domain.ports import Clock, NewId, Signer
from service.storage.erasure import erase_text
from service.storage.uow import Session, UnitOfWork
from service.usecases import transition
from service.usecases.receipt_holder import READER, comment_of
from service.usecases.transition import Step


class EraseComment:
    def __init__(self, uow: UnitOfWork, signer: Signer, new_id: NewId, clock: Clock) -> None:
        self._uow, self._signer, self._new_id, self._clock = uow, signer, new_id, clock

    def erase(self, site_slug: str, receipt: str) -> None:
        """Done once, and done when asked again. ``NotFoundError`` for a receipt that opens nothing."""

        def change(session: Session) -> None:
            _, comment = comment_of(session, self._signer, site_slug, receipt)
            if comment.status == Status.ERASED:
                return
            step = Step(Action.ERASE, target(Status(comment.status), Action.ERASE), None, READER)
            transition.apply(session, comment, step, new_id=self._new_id, now=self._clock())
            erase_text(session, comment)

        self._uow.run(change)
        # Also when it was done before: a file that could not be cut off then can be now.
        self._uow.forget()
