"""Where a submission would go, asked before anything is judged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service.domain.errors import FieldError, ForbiddenError
from service.domain.ports import NewId, Signer
from service.domain.site import CLOSED
from service.domain.submission import Submission
from service.storage import comments, threads
from service.storage.authors import Author
from service.storage.sites import Site
from service.storage.threads import Thread
from service.storage.uow import Session
from service.usecases.gather_facts import Question, Sender
from service.usecases.judged_text import text_digest


@dataclass(frozen=True)
class Where:
    """``thread``: ``None`` when the submission starts one; ``alive_since``: when that was opened last. ``mode``: of the
    thread, or else the site's.
    """

    thread: UUID | None
    mode: str
    section: str
    alive_since: datetime | None


def thread_for(session: Session, site: Site, submission: Submission, new_id: NewId, now: datetime) -> Thread:
    """The thread, started if need be; ``ForbiddenError`` when it is closed. What a reader sends never changes one that
    is known.
    """
    thread = threads.find(session, site.id, submission.thread_key)
    if thread is None:
        new = Thread(
            id=new_id(now),
            site_id=site.id,
            key=submission.thread_key,
            url=submission.url,
            title=submission.title,
            created_at=now,
        )
        thread = threads.open_once(session, new)
    if not thread.is_open(site.policy, now):
        raise ForbiddenError("thread_closed")
    return thread


def question_of(
    signer: Signer,
    site: Site,
    submission: Submission,
    where: Where,
    author: Author | None,
    sender: Sender,
    now: datetime,
) -> Question:
    """What is known of a submission that is to be judged. ``author``: who is proven to write it."""
    return Question(
        site,
        text_digest(signer, site, submission.body),
        now,
        thread=where.thread,
        name=submission.name,
        body=submission.body,
        website=submission.website,
        mail_domain=submission.address.domain if submission.address else None,
        author=author.id if author else None,
        sender=sender,
        section=where.section,
        alive_since=where.alive_since,
    )


def context_of(
    session: Session,
    site: Site,
    submission: Submission,
    errors: list[FieldError],
    now: datetime,
) -> tuple[Where, list[FieldError]]:
    """Where it goes, and the errors only the database can know of; ``ForbiddenError`` where nothing is taken.

    A parent that is unknown, hidden or in another thread is one error: nobody learns which of the three it is.
    """
    more: list[FieldError] = []
    thread = threads.find(session, site.id, submission.thread_key)
    if not (thread.is_open(site.policy, now) if thread else site.policy.mode != CLOSED):
        raise ForbiddenError("thread_closed")
    flawed = {e.field for e in errors}
    if thread is None and submission.thread_key and submission.url is None and not flawed & {"url", "thread"}:
        more.append(FieldError("url", "url_required"))
    if submission.parent is not None and (
        thread is None or not comments.find_public_parent(session, site.id, thread.id, submission.parent)
    ):
        more.append(FieldError("parent", "parent_unknown"))
    if thread is None:
        return Where(None, site.policy.mode, "", None), more
    return Where(thread.id, thread.mode_in(site.policy), thread.section, thread.alive_since), more
