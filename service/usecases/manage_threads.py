"""What the desk sets of a thread: whether readers may write there, and what becomes of what they write."""

from __future__ import annotations

from uuid import UUID

from service.domain.access import Permission, Principal
from service.domain.errors import FieldError, InvalidError
from service.domain.ports import Clock
from service.domain.site import THREAD_MODES, UNREAD
from service.domain.threads import STATES
from service.storage import threads
from service.storage.uow import Session, UnitOfWork


class ManageThreads:
    """``NotFoundError`` for what is not the site's, ``InvalidError`` for a value that there is not."""

    def __init__(self, uow: UnitOfWork, clock: Clock) -> None:
        self._uow, self._clock = uow, clock

    def set_state(self, principal: Principal, thread_id: UUID, state: str) -> None:
        """Closed or open. What is published stays; opened again, a thread has the site's days before it anew."""
        principal.require(Permission.DECIDE)
        _check("state", state, STATES)

        def change(session: Session) -> None:
            thread, now = threads.get_by_id(session, principal.site_id, thread_id), self._clock()
            thread.set_state(state, now)
            thread.set_by, thread.set_at = principal.actor.label, now

        self._uow.run(change)

    def set_mode(self, principal: Principal, thread_id: UUID, mode: str) -> None:
        """A mode of its own, or the site's again with ``""``. What has come already stays as it is. That comments are
        published unread, in one thread as on the whole site, only an admin can say: ``ForbiddenError``.
        """
        principal.require(Permission.DECIDE)
        _check("mode", mode, ("", *THREAD_MODES))
        if mode in UNREAD:
            principal.require(Permission.MANAGE)

        def change(session: Session) -> None:
            thread = threads.get_by_id(session, principal.site_id, thread_id)
            thread.mode = mode or None
            thread.set_by, thread.set_at = principal.actor.label, self._clock()

        self._uow.run(change)


def _check(field: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise InvalidError([FieldError(field, "not_listed")])
