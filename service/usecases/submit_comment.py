"""Submit: a reader's comment comes in.

Reading, sanitising and screening happen before the transaction; the transaction is one short run of inserts.
Whatever goes wrong in screening holds the comment. An answer is given only after the commit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from service.domain import messages
from service.domain.errors import ConflictError, InvalidError
from service.domain.moderation import Action, Actor, ActorKind, Status, target
from service.domain.ports import Clock, NewId, Signer, Vault
from service.domain.site import SitePolicy
from service.domain.submission import (
    DEVICE,
    Submission,
    is_submission_id,
    read_submission,
    wants_remembering,
)
from service.screening.facts import Facts, Finding, Gathered, Outcome
from service.screening.pipeline import INCOMPLETE, Verdict
from service.storage import likenesses, outbox, sites, submissions, threads
from service.storage.authors import Author
from service.storage.base import insert_rows
from service.storage.comments import Comment
from service.storage.sites import Site
from service.storage.submissions import ReceivedSubmission
from service.storage.threads import Thread
from service.storage.uow import Reader, Session, UnitOfWork
from service.usecases import lane_case, submission_keys, transition
from service.usecases.arrival_marks import crowded, sender_of
from service.usecases.gather_facts import Question, gather_again, gather_apart, gather_here
from service.usecases.judged_text import JudgedText, add_finding, judge
from service.usecases.new_comment import Place, add_author, insert_comment
from service.usecases.proven_author import claimed, device_again, device_of, proven
from service.usecases.submission_context import context_of, question_of, thread_for

#: A post without a submission id that repeats thread, address and text this soon is the same post.
REPEAT_WINDOW = timedelta(minutes=10)
#: What is done at once with what the checks have judged. What they hold stays where it starts.
ACTIONS = {Outcome.NOTE: Action.APPROVE, Outcome.REJECT: Action.REJECT, Outcome.SPAM: Action.SPAM}


@dataclass(frozen=True)
class Answer:
    """The first answer, or the same again. ``comment`` and ``receipt`` are missing when a post without an id
    was recognised as one already received: whoever sends it again has not proven that it was theirs. ``device`` is for
    the reader's browser to keep, there when it was asked for.
    """

    status: Status | None
    comment: UUID | None = None
    receipt: str | None = None
    created_at: datetime | None = None
    device: str | None = None


@dataclass(frozen=True)
class _Arrived:
    """``known``: ``None`` where not all could be asked together."""

    submission: Submission
    mode: str
    claim: tuple[UUID, int] | None
    question: Question
    known: Gathered | None


@dataclass(frozen=True)
class _Prepared:
    submission: Submission
    judged: JudgedText
    question: Question
    fingerprint: bytes
    repeat_key: bytes
    facts: Facts
    claim: tuple[UUID, int] | None
    remember: bool


class SubmitComment:
    def __init__(
        self,
        uow: UnitOfWork,
        reader: Reader,
        vault: Vault,
        signer: Signer,
        new_id: NewId,
        clock: Clock,
        on_failed_check: Callable[[str, Exception], None],
    ) -> None:
        self._uow, self._reader, self._vault, self._signer = uow, reader, vault, signer
        self._new_id, self._clock, self._on_failed_check = new_id, clock, on_failed_check

    def submit(
        self,
        site_slug: str,
        raw: Mapping[str, object],
        network: str | None = None,
        admit: Callable[[SitePolicy], object] = lambda _: None,
    ) -> Answer:
        """The answer to a submission whose raw fields are ``raw``. ``network``: the /32 or /64 it came from, of which
        only marks are kept, for an hour. ``admit`` refuses by an error of its own what the site does not take at all.

        ``InvalidError`` with every field error, ``ForbiddenError`` for a closed thread, ``NotFoundError`` for
        an unknown site, ``ConflictError`` for a submission id used with another body.
        """
        fingerprint = submission_keys.fingerprint_of(self._signer, self._vault, raw)

        def arrive(session: Session) -> _Arrived | Answer:
            site = sites.get_by_slug(session, site_slug)
            admit(site.policy)
            return self._arrive(session, site, raw, fingerprint, network)

        arrived = self._reader.run(arrive)
        if isinstance(arrived, Answer):
            return arrived
        question, submission, site = arrived.question, arrived.submission, arrived.question.site
        facts = Facts(
            arrived.mode,
            site.policy.language,
            submission.name,
            submission.body,
            submission.website,
            submission_keys.form_of(self._signer, site, submission, raw, question.now),
            arrived.known or gather_apart(self._reader, question, self._on_failed_check),
            hold_links=site.policy.hold_links,
            lot=lane_case.lot_of(self._signer, question.digest),
        )
        prepared = self._prepare(question, submission, facts, fingerprint, arrived.claim, wants_remembering(raw))
        return self._uow.run(lambda session: self._store(session, site, prepared))

    def _arrive(
        self, session: Session, site: Site, raw: Mapping[str, object], fingerprint: bytes, network: str | None
    ) -> _Arrived | Answer:
        """What is known of it before it is judged, all of one moment; or the first answer to it once more."""
        submission_id = raw.get("submission_id")
        # What is no id has not been stored; PostgreSQL does not even take every text to look for.
        earlier = submissions.find(session, site.id, str(submission_id)) if is_submission_id(submission_id) else None
        if earlier is not None:
            return self._repeat(session, earlier, fingerprint)
        submission, errors = read_submission(raw, site.policy)
        now = self._clock()
        where, more = context_of(session, site, submission, errors, now)
        if errors or more:
            raise InvalidError([*errors, *more])
        claim = claimed(self._signer, site.id, raw.get(DEVICE), now)
        author = proven(session, site.id, claim)
        sender = sender_of(self._signer, site, network, now)
        question = question_of(self._signer, site, submission, where, author, sender, now)
        return _Arrived(submission, where.mode, claim, question, gather_here(session, question))

    def _repeat(self, session: Session, earlier: ReceivedSubmission, fingerprint: bytes) -> Answer:
        """The first answer once more, byte for byte: it is made from what was recorded then."""
        if earlier.fingerprint != fingerprint:
            raise ConflictError("submission_reused")
        return Answer(
            Status(earlier.outcome),
            earlier.comment_id,
            self._signer.receipt(earlier.comment_id, 0),
            earlier.received_at,
            device_again(session, self._signer, earlier),
        )

    def _prepare(
        self,
        question: Question,
        submission: Submission,
        facts: Facts,
        fingerprint: bytes,
        claim: tuple[UUID, int] | None,
        remember: bool,
    ) -> _Prepared:
        return _Prepared(
            submission=submission,
            judged=judge(facts, question.site.policy, question.digest, self._on_failed_check, question.signature),
            question=question,
            fingerprint=fingerprint,
            repeat_key=submission_keys.repeat_key(self._signer, self._vault, question.site, submission),
            facts=facts,
            claim=claim if question.author else None,
            remember=remember,
        )

    def _store(self, session: Session, site: Site, prepared: _Prepared) -> Answer:
        now, submission = self._clock(), prepared.submission
        if submission.submission_id is None and submissions.repeated_since(
            session, site.id, prepared.repeat_key, now - REPEAT_WINDOW
        ):
            return Answer(status=None)
        # Before anything is written that another copy could wait for.
        likenesses.one_at_a_time(session, site.id, prepared.judged.signature)
        author = proven(session, site.id, prepared.claim, lock=True)
        if prepared.claim and author is None:
            # Revoked while the text was being judged: it is judged as anybody's.
            question = replace(prepared.question, author=None)
            prepared = self._judged_again(session, site, replace(prepared, question=question))
        elif prepared.judged.verdict.publish:
            prepared = self._judged_again(session, site, prepared)
        generation = (author.generation if author else 0) if prepared.remember else None
        comment_id = self._new_id(now)
        verdict = prepared.judged.verdict
        # A rule that refuses is no answer to whoever tries what gets through: that one hears "held", like anybody.
        status = Status.APPROVED if verdict.publish else Status.PENDING
        record = submissions.add_once(
            session,
            ReceivedSubmission(
                comment_id=comment_id,
                site_id=site.id,
                submission_id=submission.submission_id,
                fingerprint=prepared.fingerprint,
                repeat_key=prepared.repeat_key,
                outcome=status.value,
                generation=generation,
                received_at=now,
            ),
        )
        if record.comment_id != comment_id:
            return self._repeat(session, record, prepared.fingerprint)
        thread = thread_for(session, site, submission, self._new_id, now)
        comment, kept = self._insert(session, site, thread, prepared, comment_id, author, now)
        action = ACTIONS.get(verdict.outcome)
        if not kept and action is Action.APPROVE:
            # The next copies would not be known by it: a moderator looks at it instead.
            action, status, record.outcome = None, Status.PENDING, Status.PENDING.value
            add_finding(session, comment, 1, Finding(INCOMPLETE, "failed:marks"), self._new_id(now))
        lane_case.remember(session, comment, prepared.facts, verdict, published=action is Action.APPROVE)
        if action is not None:
            published = comment.latest_revision if action is Action.APPROVE else None
            actor = _actor(verdict, prepared.facts)
            step = transition.Step(action, target(Status.PENDING, action), published, actor, verdict.reason)
            transition.apply(session, comment, step, new_id=self._new_id, now=now)
        else:
            outbox.put(session, self._new_id(now), site.id, messages.comment_held(comment.id, thread.id), now)
        device = device_of(self._signer, comment, generation, now)
        return Answer(status, comment_id, self._signer.receipt(comment_id, 0), now, device)

    def _judged_again(self, session: Session, site: Site, prepared: _Prepared) -> _Prepared:
        """Eight copies sent at once have each not been seen when they are read. Before one is published it waits
        for the others, and then it has. And the thread may hold everything since.
        """
        for key in crowded(prepared.question):
            submissions.one_at_a_time(session, key)
        thread = threads.find(session, site.id, prepared.submission.thread_key)
        policy = sites.get(session, site.id).policy
        mode = thread.mode_in(policy) if thread else policy.mode
        known = gather_again(session, prepared.question, prepared.facts.gathered, self._on_failed_check)
        facts = lane_case.as_it_is_now(session, site.id, replace(prepared.facts, mode=mode, gathered=known))
        if facts == prepared.facts:
            return prepared
        known_by = prepared.question
        judged = judge(facts, site.policy, known_by.digest, self._on_failed_check, known_by.signature)
        return replace(prepared, judged=judged, facts=facts)

    def _insert(
        self,
        session: Session,
        site: Site,
        thread: Thread,
        prepared: _Prepared,
        comment_id: UUID,
        author: Author | None,
        now: datetime,
    ) -> tuple[Comment, bool]:
        signer, new_id = self._signer, self._new_id
        if author is not None and author.proof == "none":
            author.proof = "device"
        elif author is None and prepared.remember:
            author = add_author(session, site.id, signer=signer, new_id=new_id, now=now, generation=0)
        comment, kept = insert_comment(
            session,
            Place(site.id, thread.id, prepared.submission.parent),
            prepared.judged,
            comment_id,
            signer=signer,
            new_id=new_id,
            now=now,
            author=author,
            sender=prepared.question.sender,
        )
        if (contact := submission_keys.sealed(self._vault, site, comment_id, prepared.submission)) is not None:
            insert_rows(session, contact)
        return comment, kept


def _actor(verdict: Verdict, facts: Facts) -> Actor:
    """The rule that decided, or the site's wish to publish what none objects to. Behind a space a rule says what it
    saw, which the log must not keep: the comment may be erased.
    """
    rule = verdict.decisive
    label = f"mode:{facts.mode}" if verdict.publish or rule is None else rule.rule.partition(" ")[0]
    if lane_case.published_alone(facts, verdict):
        label = "lane:fine"
    return Actor(ActorKind.POLICY, None, label)
