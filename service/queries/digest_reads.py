"""What is asked of the database for digests: how comments stand, in a word each, the newest of an author or an address.

Each statement is put together once, which costs more than what it asks for; it is given ``site_id``, ``ids`` and how
many comments may be looked at.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, Uuid, and_, bindparam, case, func, outerjoin, select
from sqlalchemy.orm import aliased

from service.domain.moderation import Action, ActorKind, Status
from service.storage.authors import Author
from service.storage.comments import Comment
from service.storage.contacts import Contact
from service.storage.decisions import Decision

#: How a comment stands: its status, or one of these.
UNSEEN, REJECTED = "unseen", "rejected:"
_LOOKED = bindparam("looked", type_=Integer)


def _asked() -> tuple[Any, Any]:
    return bindparam("site_id", type_=Uuid), bindparam("ids", type_=Uuid, expanding=True)


@cache
def heads() -> Select[Any]:
    site_id, ids = _asked()
    facts: tuple[Any, ...] = (
        Comment.id.label("handle"),
        Comment.author_id,
        Comment.staff_id.is_not(None).label("staff"),
        Author.proof,
        Author.level,
        Author.generation,
        Author.created_at.label("first_seen"),
        Contact.fingerprint,
        _word(site_id, Comment).label("word"),
    )
    return (
        select(*facts)
        .join(Author, Author.id == Comment.author_id)
        .outerjoin(Contact, and_(Contact.comment_id == Comment.id, Contact.site_id == site_id))
        .where(Comment.site_id == site_id, Comment.id.in_(ids))
    )


@cache
def own() -> Select[Any]:
    site_id, ids = _asked()
    other = aliased(Comment)
    theirs = (
        select(other.id)
        .where(other.site_id == site_id, other.author_id == Comment.author_id)
        .order_by(other.id.desc())
        .correlate(Comment)
    )
    newest, counted = theirs.limit(_LOOKED).subquery(), aliased(Comment)
    others = and_(counted.id == newest.c.id, counted.site_id == site_id, counted.id != Comment.id)
    words = _words(site_id, newest, counted, others)
    facts: tuple[Any, ...] = (
        Comment.id.label("handle"),
        words.correlate(Comment).scalar_subquery().label("words"),
        theirs.offset(_LOOKED).limit(1).scalar_subquery().label("edge"),
        # That of the author is known.
        Comment.created_at.label("first_seen"),
    )
    return select(*facts).where(Comment.site_id == site_id, Comment.id.in_(ids))


@cache
def same_address() -> Select[Any]:
    site_id, ids = _asked()
    other, oldest, first, counted = aliased(Contact), aliased(Contact), aliased(Comment), aliased(Comment)
    typed = (
        select(other.comment_id.label("id"))
        .where(other.site_id == site_id, other.fingerprint == Contact.fingerprint)
        .order_by(other.comment_id.desc())
        .correlate(Contact)
    )
    newest = typed.limit(_LOOKED).subquery()
    others = and_(counted.id == newest.c.id, counted.site_id == site_id, counted.author_id != Comment.author_id)
    words = _words(site_id, newest, counted, others)
    first_seen = (
        select(first.created_at)
        .join(oldest, oldest.comment_id == first.id)
        .where(oldest.site_id == site_id, oldest.fingerprint == Contact.fingerprint)
        .order_by(oldest.comment_id)
        .limit(1)
        .correlate(Contact)
    )
    facts: tuple[Any, ...] = (
        Comment.id.label("handle"),
        words.correlate(Contact, Comment).scalar_subquery().label("words"),
        typed.offset(_LOOKED).limit(1).scalar_subquery().label("edge"),
        first_seen.scalar_subquery().label("first_seen"),
    )
    # By the comments' own site: SQLite would take that of the contacts for a short way, and read all of them.
    return (
        select(*facts)
        .join(Contact, Contact.comment_id == Comment.id)
        .where(Comment.site_id == site_id, Comment.id.in_(ids))
    )


def _words(site_id: Any, newest: Any, counted: Any, others: ColumnElement[bool]) -> Select[Any]:
    """An outer join, or SQLite may walk the whole site for comments and look for each among the newest."""
    joined = outerjoin(newest, counted, others)
    return select(func.aggregate_strings(_word(site_id, counted), ",")).select_from(joined)


def _word(site_id: Any, comment: Any) -> ColumnElement[str]:
    """How one comment stands. Why it was rejected is known of a moderator's decision; a program's is in the log."""
    logged = (
        select(Decision.reason)
        .where(
            Decision.site_id == site_id,
            Decision.subject_id == comment.id,
            Decision.action == Action.REJECT.value,
            Decision.actor_kind != ActorKind.MODERATOR.value,
        )
        .order_by(Decision.version_after.desc())
        .limit(1)
        .correlate(comment)
        .scalar_subquery()
    )
    rejected = comment.status == Status.REJECTED.value
    unseen = and_(comment.status == Status.APPROVED.value, comment.moderated_by.is_(None))
    reason = func.coalesce(comment.moderated_reason, logged, "")
    return case((rejected, REJECTED + reason), (unseen, UNSEEN), else_=comment.status)
