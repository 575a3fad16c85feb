"""Redact: a moderator takes words out of a comment, and who, when and why stands beside the new text.

What is made is a text like any other, sanitised, screened and found by its words. Where readers see the comment they
see the new text in the same moment, by the moderator's decision; elsewhere it waits as it did.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from service.domain import messages
from service.domain.access import Permission, Principal
from service.domain.errors import ConflictError, FieldError, ForbiddenError, InvalidError, NotFoundError
from service.domain.moderation import REASONS, Action, ActorKind, Status, target
from service.domain.ports import Clock, NewId, Signer
from service.domain.site import MAX_TEXTS
from service.domain.submission import read_amendment
from service.screening.facts import Facts, Finding, Outcome
from service.screening.phases.past_decisions import CODES
from service.screening.pipeline import verdict_of
from service.storage import comments, findings, flags, outbox, revisions, sites, threads
from service.storage.comments import Comment
from service.storage.revisions import Revision
from service.storage.sites import Site
from service.storage.threads import Thread
from service.storage.uow import Reader, Session, UnitOfWork
from service.text.clean import clean_body
from service.text.redaction import redact, says_something
from service.text.sanitize import text_of
from service.usecases import transition
from service.usecases.gather_facts import Question, gather
from service.usecases.judged_text import JudgedText, Redaction, add_revision, judge, text_digest
from service.usecases.transition import Step


@dataclass(frozen=True)
class RedactionRequest:
    """``words``: exactly as they stand in the text; all places are meant. ``version`` is the one that was read."""

    comment: UUID
    words: str
    reason: str
    version: int


@dataclass(frozen=True)
class Redacted:
    """The number of places, and the decision that published the text where readers see the comment."""

    places: int
    decision: UUID | None


@dataclass(frozen=True)
class _Before:
    site: Site
    latest: Revision
    found: Sequence[Finding]
    mode: str
    thread: Thread


class RedactComment:
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

    def redact(self, principal: Principal, asked: RedactionRequest) -> Redacted:
        """``InvalidError`` for words that do not stand there, are all there is, or for the reason; ``ConflictError``
        when the comment has changed since, when an edit nobody has judged waits (it would be published unread), or when
        there are ``MAX_TEXTS`` texts; ``ForbiddenError`` unless a moderator is signed in.
        """
        principal.require(Permission.DECIDE)
        if principal.actor.kind is not ActorKind.MODERATOR or principal.actor.id is None:
            raise ForbiddenError("forbidden")
        words = _read(asked)
        before = self._reader.run(lambda session: self._look(session, principal.site_id, asked))
        body, places = _without(before.latest.source, words)
        judged = self._judge(before, asked.comment, body)
        trace = Redaction(principal.actor.id, principal.actor.label, asked.reason)

        def change(session: Session) -> Redacted:
            comment = comments.lock_many(session, principal.site_id, [asked.comment]).get(asked.comment)
            # The text that was read and searched is still the latest: every new one raises the version.
            return Redacted(places, self._store(session, principal, _check(comment, asked), judged, trace))

        return self._uow.run(change)

    def _look(self, session: Session, site_id: UUID, asked: RedactionRequest) -> _Before:
        comment = _check(comments.find(session, site_id, asked.comment), asked)
        number = comment.latest_revision
        found = [
            Finding(
                f.code,
                f.rule,
                f.check_version,
                tuple((start, end) for start, end in f.spans),
                Outcome[f.outcome.upper()],
            )
            for f in findings.list_of(session, site_id, comment.id, number)
        ]
        site, thread = sites.get(session, site_id), threads.get_by_id(session, site_id, comment.thread_id)
        latest = revisions.get(session, site_id, comment.id, number)
        return _Before(site, latest, found, thread.mode_in(site.policy), thread)

    def _judge(self, before: _Before, comment: UUID, body: str) -> JudgedText:
        """Outside of the transaction. How the comment came in is not changed by what is taken out of it: of the earlier
        findings those that point at no words stay.
        """
        site, latest = before.site, before.latest
        digest = text_digest(self._signer, site, body)
        question = Question(
            site,
            digest,
            self._clock(),
            comment,
            before.thread.id,
            latest.name,
            body,
            latest.website,
            section=before.thread.section,
            alive_since=before.thread.alive_since,
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
        judged = judge(facts, site.policy, digest, self._on_failed_check)
        if not says_something(text_of(judged.html)):
            raise InvalidError([FieldError("words", "redact_all")])
        again = {f.code for f in judged.verdict.findings}
        # What the model made of the words that stood there is not what it makes of those that are left.
        again |= CODES
        kept = [f for f in before.found if not f.spans and f.code not in again]
        return replace(judged, verdict=verdict_of((*kept, *judged.verdict.findings)))

    def _store(
        self, session: Session, principal: Principal, comment: Comment, judged: JudgedText, trace: Redaction
    ) -> UUID | None:
        now, number = self._clock(), comment.latest_revision + 1
        add_revision(session, comment, number, judged, self._new_id, now, trace)
        shown = comment.status == Status.APPROVED
        reports = flags.list_open(session, comment.site_id, [comment.id] if shown else []).get(comment.id, ())
        comment.rank = judged.rank(len(reports))
        comment.latest_revision = number
        # Whoever decides now has not read this text.
        comment.version += 1
        outbox.put(session, self._new_id(now), comment.site_id, messages.comment_edited(comment.id, number), now)
        session.flush()
        if not shown:
            return None
        step = Step(
            Action.APPROVE, target(Status.APPROVED, Action.APPROVE, to_confirm=True), number, principal.actor
        )
        decision = transition.apply(session, comment, step, new_id=self._new_id, now=now)
        flags.resolve(comment, reports, now)
        return decision.id


def _check(comment: Comment | None, asked: RedactionRequest) -> Comment:
    """The comment, when words may be taken out of it as it stands."""
    if comment is None:
        raise NotFoundError("comment_not_found")
    state = {"comment": {"id": str(comment.id), "status": comment.status, "version": comment.version}}
    if comment.status in (Status.WITHDRAWN, Status.ERASED):
        raise ConflictError("transition_not_allowed", public=state)
    if comment.version != asked.version:
        raise ConflictError("stale_version", public=state)
    if comment.status == Status.APPROVED and comment.edit_waiting:
        raise ConflictError("redact_edit_waits", public=state)
    if comment.latest_revision >= MAX_TEXTS:
        raise ConflictError("redact_too_often", public=state)
    return comment


def _read(asked: RedactionRequest) -> str:
    """The words, brought to the form texts are stored in; every error of a field at once."""
    words, errors = clean_body(asked.words), []
    if not words:
        errors.append(FieldError("words", "redact_words"))
    if asked.reason not in REASONS:
        errors.append(FieldError("reason", "redact_reason"))
    if errors:
        raise InvalidError(errors)
    return words


def _without(source: str, words: str) -> tuple[str, int]:
    """The text without the words, and from how many places they were taken."""
    redacted, places = redact(source, words)
    if not places:
        raise InvalidError([FieldError("words", "redact_nothing")])
    body, errors = read_amendment({"body": redacted})
    if words in body:
        raise InvalidError([FieldError("words", "redact_mark")])
    if errors:
        raise InvalidError([FieldError("words", "redact_all" if not body else "redact_too_long")])
    return body, places
