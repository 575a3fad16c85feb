"""Reply as staff: the one way to a comment that bears the newsroom's badge. It takes a signed-in moderator; no name,
address or token will do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import UUID

from service.domain.access import Permission, Principal
from service.domain.errors import ForbiddenError, InvalidError, NotFoundError
from service.domain.moderation import Action, ActorKind, Status
from service.domain.ports import Clock, NewId, Signer
from service.domain.submission import read_amendment
from service.screening.facts import NO_PAST, Facts
from service.storage import comments, decisions, sites, threads
from service.storage.sites import Site
from service.storage.uow import Reader, Session, UnitOfWork
from service.text.clean import clean_line
from service.usecases import transition
from service.usecases.judged_text import JudgedText, judge, text_digest
from service.usecases.new_comment import Place, insert_comment
from service.usecases.transition import Step


class ReplyAsStaff:
    def __init__(
        self,
        uow: UnitOfWork,
        reader: Reader,
        signer: Signer,
        new_id: NewId,
        clock: Clock,
        on_failed_check: Callable[[str, Exception], None],
    ) -> None:
        self._uow, self._reader, self._signer = uow, reader, signer
        self._new_id, self._clock, self._on_failed_check = new_id, clock, on_failed_check

    def reply(self, principal: Principal, answered: UUID, raw: Mapping[str, object], client_id: str) -> UUID:
        """The decision that published the reply; ``client_id`` makes a second click the first.

        ``ForbiddenError`` unless a moderator is signed in, ``NotFoundError`` when ``answered`` is not the site's,
        ``InvalidError`` for the text or when ``answered`` is not public.
        """
        principal.require(Permission.DECIDE)
        if principal.actor.kind is not ActorKind.MODERATOR or principal.actor.id is None:
            raise ForbiddenError("forbidden")
        body, errors = read_amendment(raw)
        if errors:
            raise InvalidError(errors)
        site = self._reader.run(lambda session: sites.get(session, principal.site_id))
        judged = self._judge(site, principal.actor.label, body)
        return self._uow.run(lambda s: self._store(s, principal, answered, judged, client_id, self._clock()))

    def _judge(self, site: Site, name: str, body: str) -> JudgedText:
        """Screened like any other text. What the checks say is kept, and does not hold what a moderator publishes."""
        digest = text_digest(self._signer, site, body)
        facts = Facts(
            site.policy.mode, site.policy.language, clean_line(name), body, None, gathered=NO_PAST, staff=True
        )
        return judge(facts, site.policy, digest, self._on_failed_check)

    def _store(
        self,
        session: Session,
        principal: Principal,
        answered: UUID,
        judged: JudgedText,
        client_id: str,
        now: datetime,
    ) -> UUID:
        parent = comments.lock_many(session, principal.site_id, [answered]).get(answered)
        if parent is None:
            raise NotFoundError("comment_not_found")
        # After the lock: the second of two clicks has waited here.
        earlier = decisions.find_by_client_ids(session, principal.site_id, [client_id]).get(client_id)
        if earlier is not None:
            return earlier.id
        policy = sites.get(session, principal.site_id).policy
        if not threads.get_by_id(session, principal.site_id, parent.thread_id).is_open(policy, now):
            raise ForbiddenError("thread_closed")
        place = Place(principal.site_id, parent.thread_id, answered)
        comment, _ = insert_comment(
            session,
            place,
            judged,
            self._new_id(now),
            signer=self._signer,
            new_id=self._new_id,
            now=now,
            staff_id=principal.actor.id,
        )
        step = Step(Action.APPROVE, Status.APPROVED, 1, principal.actor, client_id=client_id)
        return transition.apply(session, comment, step, new_id=self._new_id, now=now).id
