"""What is left of a comment its author has erased: its place, its times, and the codes of what was decided.

``READER_TEXT`` names every column that holds what a reader wrote or what was made from it; a test fails for a new
column of text or bytes that stands neither there nor in its own list of what no reader writes.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from service.domain.moderation import Status
from service.storage import arrivals, authors, likenesses
from service.storage.comments import Comment
from service.storage.contacts import Contact
from service.storage.findings import Finding
from service.storage.flags import Flag
from service.storage.notes import Note
from service.storage.revisions import Revision
from service.storage.search import SearchText
from service.storage.submissions import ReceivedSubmission
from service.storage.word_rules import RuleHit

READER_TEXT: frozenset[str] = frozenset(
    {
        "revision.name",
        "revision.website",
        "revision.source",
        "revision.html",
        "revision.language",
        "revision.direction",
        "revision.text_digest",
        "revision.name_key",
        "contact.key_id",
        "contact.sealed",
        "contact.fingerprint",
        "finding.code",
        "finding.rule",
        "finding.spans",
        "finding.outcome",
        "flag.reason",
        "flag.reporter",
        # Of one hour; which of them a comment has left is told by its moment.
        "arrival.network",
        "arrival.wider",
        "submission.fingerprint",
        "submission.repeat_key",
        "search_text.words",
        "search_text.names",
        # Made, with a key, from the name it was written under.
        "comment.avatar",
        # With the shingles, which are numbers made of it.
        "likeness.signature",
        # A moderator's words, which may quote the reader's.
        "note.body",
        # Rewritten when the transaction ends, as after every change of what is public.
        "page.content",
        "page.digest",
    }
)
GONE = b""


def erase_text(session: Session, comment: Comment) -> None:
    """Empties or deletes everything of ``READER_TEXT`` that belongs to ``comment``, whose row is locked.

    Its pages are the caller's to mark. The bytes leave the file with ``storage.engine.forget``.
    """
    own = comment.id, comment.site_id
    for revision in session.scalars(
        select(Revision).where(Revision.comment_id == own[0], Revision.site_id == own[1])
    ):
        revision.name = revision.source = revision.html = ""
        revision.website = revision.language = revision.text_digest = revision.name_key = None
        revision.direction = "auto"
    for submission in session.scalars(
        select(ReceivedSubmission).where(
            ReceivedSubmission.comment_id == own[0], ReceivedSubmission.site_id == own[1]
        )
    ):
        submission.fingerprint = submission.repeat_key = GONE
    for kind in (Contact, Finding, Flag, Note, RuleHit, SearchText):
        for row in session.scalars(select(kind).where(kind.comment_id == own[0], kind.site_id == own[1])):
            session.delete(row)
    likenesses.forget(session, comment)
    arrivals.forget(session, comment.site_id, comment.thread_id, comment.created_at)
    comment.reported, comment.avatar = False, None
    _forget_author(session, comment)
    session.flush()


def anything_left(session: Session, site_id: UUID, author_id: UUID, *, but: UUID | None = None) -> bool:
    """Whether the author has a comment, another than ``but``, that is not erased."""
    left = exists().where(
        Comment.site_id == site_id, Comment.author_id == author_id, Comment.status != Status.ERASED.value
    )
    return bool(session.scalar(select(left if but is None else left.where(Comment.id != but))))


def _forget_author(session: Session, comment: Comment) -> None:
    """With an author's last comment go the notes on them, and what their device holds speaks for nobody any more. The
    author's row is held: two comments that are erased at once would each find the other one still there, and a new one
    of theirs waits here for what it will find.
    """
    author = authors.lock(session, comment.site_id, comment.author_id)
    if anything_left(session, comment.site_id, comment.author_id, but=comment.id):
        return
    theirs = select(Note).where(Note.site_id == comment.site_id, Note.author_id == comment.author_id)
    for note in session.scalars(theirs):
        session.delete(note)
    if author is not None and author.generation is not None:
        author.generation += 1
