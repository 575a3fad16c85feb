"""Amend: the author changes the text, for a while after sending it.

The new text is judged as if it were the first; an approved text stays up until a moderator, or the site's policy, has
let the new one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from service.domain import messages
from service.domain.errors import ConflictError, InvalidError
from service.domain.moderation import Action, Actor, ActorKind, Status
from service.domain.ports import Clock, NewId, Signer
from service.domain.site import SitePolicy
from service.domain.submission import read_amendment
from service.screening.facts import Facts
from service.storage import flags, likenesses, outbox, revisions, submissions, threads
from service.storage.comments import Comment
from service.storage.revisions import Revision
from service.storage.sites import Site
from service.storage.threads import Thread
from service.storage.uow import Reader, Session, UnitOfWork
from service.usecases import transition
from service.usecases.gather_facts import Question, gather, gather_again
from service.usecases.judged_text import JudgedText, add_revision, judge, text_digest
from service.usecases.receipt_holder import comment_of
from service.usecases.transition import Step


@dataclass(frozen=True)
class _Before:
    site: Site
    comment: UUID
    latest: Revision
    mode: str
    thread: Thread


class AmendComment:
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

    def amend(self, site_slug: str, receipt: str, raw: Mapping[str, object]) -> None:
        """The text in ``raw["body"]`` becomes the comment's latest. The same text again changes nothing.

        ``InvalidError`` for the text, ``ConflictError("edit_closed")`` when the time for it is over, ``NotFoundError``
        for a receipt that opens nothing.
        """
        before = self._reader.run(lambda session: self._look(session, site_slug, receipt))
        body, errors = read_amendment(raw)
        if errors:
            raise InvalidError(errors)
        question, facts = self._facts(before, body)
        first = judge(facts, before.site.policy, question.digest, self._on_failed_check, question.signature)

        def change(session: Session) -> None:
            if first.verdict.publish:
                # Before any row is held: of copies that are put in at once the second sees the first.
                likenesses.one_at_a_time(session, before.site.id, first.signature)
                submissions.one_at_a_time(session, question.digest)
            site, comment = comment_of(session, self._signer, site_slug, receipt)
            now = self._clock()
            _check_open(comment, site.policy, now)
            if revisions.get(session, site.id, comment.id, comment.latest_revision).source == body:
                return
            thread = threads.get_by_id(session, site.id, comment.thread_id)
            judged = self._judged_again(session, first, question, facts, thread.mode_in(site.policy))
            publish = judged.verdict.publish and thread.is_open(site.policy, now)
            self._store(session, comment, judged, now, mode=thread.mode_in(site.policy), publish=publish)

        self._uow.run(change)

    def _look(self, session: Session, site_slug: str, receipt: str) -> _Before:
        site, comment = comment_of(session, self._signer, site_slug, receipt, lock=False)
        _check_open(comment, site.policy, self._clock())
        latest = revisions.get(session, site.id, comment.id, comment.latest_revision)
        thread = threads.get_by_id(session, site.id, comment.thread_id)
        return _Before(site, comment.id, latest, thread.mode_in(site.policy), thread)

    def _judged_again(
        self, session: Session, first: JudgedText, question: Question, facts: Facts, mode: str
    ) -> JudgedText:
        """What would be published at once is judged by what has changed since: others, the author's level, the mode."""
        if not first.verdict.publish:
            return first
        known = gather_again(session, question, facts.gathered, self._on_failed_check)
        now = replace(facts, mode=mode, gathered=known)
        if now == facts:
            return first
        return judge(now, question.site.policy, question.digest, self._on_failed_check, question.signature)

    def _facts(self, before: _Before, body: str) -> tuple[Question, Facts]:
        """Outside of the transaction, on the new text. The comment's own earlier texts make it no duplicate."""
        site, latest = before.site, before.latest
        digest = text_digest(self._signer, site, body)
        now, thread = self._clock(), before.thread
        question = Question(
            site,
            digest,
            now,
            before.comment,
            thread.id,
            latest.name,
            body,
            latest.website,
            section=thread.section,
            alive_since=thread.alive_since,
        )
        known = gather(self._reader, question, self._on_failed_check)
        facts = Facts(
            before.mode,
            site.policy.language,
            latest.name,
            body,
            latest.website,
            gathered=known,
            hold_links=site.policy.hold_links,
        )
        return question, facts

    def _store(
        self, session: Session, comment: Comment, judged: JudgedText, now: datetime, *, mode: str, publish: bool
    ) -> None:
        number = comment.latest_revision + 1
        add_revision(session, comment, number, judged, self._new_id, now)
        reports = flags.list_open(session, comment.site_id, [comment.id] if comment.published_revision else [])
        comment.rank = judged.rank(len(reports.get(comment.id, ())))
        comment.latest_revision = number
        # Whoever decides now has not read this text.
        comment.version += 1
        event = messages.comment_edited(comment.id, number)
        outbox.put(session, self._new_id(now), comment.site_id, event, now)
        session.flush()
        if publish and comment.status == Status.APPROVED:
            if revisions.any_redacted(session, comment.site_id, comment.id):
                # What a moderator has taken out must not come back unread, whatever the site publishes otherwise.
                return
            actor = Actor(ActorKind.POLICY, None, f"mode:{mode}")
            step = Step(Action.APPROVE, Status.APPROVED, number, actor)
            transition.apply(session, comment, step, new_id=self._new_id, now=now)


def _check_open(comment: Comment, policy: SitePolicy, now: datetime) -> None:
    until = policy.editable_until(Status(comment.status), comment.created_at, comment.latest_revision)
    if until is None or now > until:
        raise ConflictError("edit_closed")
