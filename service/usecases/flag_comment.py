"""Flag: a reader reports a published comment. It tells the moderators and hides nothing: a crowd that reports what it
dislikes must not be able to take it away.
"""

from __future__ import annotations

from uuid import UUID

from service.domain import messages, urgency
from service.domain.errors import NotFoundError
from service.domain.moderation import Status, check_report_reason
from service.domain.ports import Clock, NewId, Signer
from service.storage import comments, flags, outbox, sites
from service.storage.flags import Flag
from service.storage.uow import Session, UnitOfWork


class FlagComment:
    def __init__(self, uow: UnitOfWork, signer: Signer, new_id: NewId, clock: Clock) -> None:
        self._uow, self._signer, self._new_id, self._clock = uow, signer, new_id, clock

    def flag(self, site_slug: str, comment_id: UUID, reason: object, network: str) -> None:
        """One report of a network and a comment; a second one changes nothing and is not told apart.

        ``InvalidError`` for a reason that is not one of ``REPORT_REASONS``, ``NotFoundError`` for a comment no reader
        sees. The network itself is not kept: only a keyed mark of it and this one comment.
        """
        code = check_report_reason(reason)
        reporter = self._signer.digest("report", network, str(comment_id))

        def change(session: Session) -> None:
            now = self._clock()
            site = sites.get_by_slug(session, site_slug)
            # Held, so that a decision or an erasure made meanwhile either sees this report or comes before it.
            comment = comments.lock_many(session, site.id, [comment_id]).get(comment_id)
            if comment is None or comment.status != Status.APPROVED:
                raise NotFoundError("comment_not_found")
            new = Flag(
                id=self._new_id(now),
                site_id=site.id,
                comment_id=comment.id,
                reason=code,
                reporter=reporter,
                version=comment.version,
                created_at=now,
            )
            if flags.add_once(session, new):
                comment.reported = True
                comment.rank = max(0, comment.rank - urgency.REPORT)
                outbox.put(session, self._new_id(now), site.id, messages.comment_reported(comment.id, code), now)

        self._uow.run(change)
