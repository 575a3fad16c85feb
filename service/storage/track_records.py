"""What moderators have decided on an author's comments, straight from the decision log: nothing is counted beside it
that could drift from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, Select, Uuid, and_, bindparam, func, literal, select
from sqlalchemy.orm import Session, aliased

from service.domain.moderation import Status
from service.domain.trust import Judgement, Level, Standing, judgement_of, stand
from service.storage import authors
from service.storage.authors import Author
from service.storage.base import at_most
from service.storage.comments import Comment
from service.storage.decisions import Decision

#: Of one author no more of the newest comments than these are looked at. What came before has long lost its weight.
LOOKED = 100


def judgements(session: Session, site_id: UUID, author_ids: Sequence[UUID]) -> dict[UUID, list[Judgement]]:
    """By author; in one statement for all of them, none for nobody."""
    found: dict[UUID, list[Judgement]] = {author: [] for author in author_ids}
    if not found:
        return found
    rows = session.execute(_decided(), {"site_id": site_id, "authors": list(found), "before": LOOKED - 1})
    # Some hundred rows: put in order here, no database builds a table for it.
    decided = sorted((row for row in rows if row.id is not None), key=lambda row: (row.comment, row.version_after))
    for (author, _), chain in groupby(decided, key=lambda row: (row.author_id, row.comment)):
        judged = judgement_of(list(chain))
        if judged is not None:
            found[author].append(judged)
    return found


@cache
def _decided() -> Select[Any]:
    """What was decided on the newest comments of some authors. Put together once, which costs more than asking it."""
    site_id, older = bindparam("site_id", type_=Uuid), aliased(Comment)
    edge = (
        select(older.id)
        .where(older.site_id == site_id, older.author_id == Author.id)
        .order_by(older.id.desc())
        .offset(bindparam("before", type_=Integer))
        .limit(at_most(1))
        .correlate(Author)
        .scalar_subquery()
    )
    newest = and_(
        Comment.author_id == Author.id,
        Comment.site_id == site_id,
        Comment.id >= func.coalesce(edge, literal(UUID(int=0), Uuid)),
    )
    facts: tuple[Any, ...] = (
        Comment.author_id,
        Comment.id.label("comment"),
        Decision.id,
        Decision.action,
        Decision.version,
        Decision.version_after,
        Decision.undoes,
        Decision.actor_kind,
        Decision.at,
    )
    # Outer joins, or SQLite may walk a whole site for comments, or the log, and look for each among the authors.
    return (
        select(*facts)
        .select_from(Author)
        .outerjoin(Comment, newest)
        .outerjoin(Decision, and_(Decision.subject_id == Comment.id, Decision.site_id == site_id))
        .where(Author.site_id == site_id, Author.id.in_(bindparam("authors", type_=Uuid, expanding=True)))
    )


def standing_of(session: Session, site_id: UUID, author_id: UUID, now: datetime, *, proven: bool) -> Standing:
    """Where the author stands. Unless whoever asks is ``proven`` to be this author only what speaks against them
    counts: a receipt that somebody else has found lends no trust, and takes off no leash.
    """
    author = authors.find(session, site_id, author_id)
    if author is None:
        return Standing()
    # Who comes back for the first time is proven by that; without proof there is no past to look at.
    proof = "device" if proven and author.proof == "none" else author.proof
    past = judgements(session, site_id, [author.id])[author.id] if proof != "none" else []
    found = stand(past, proof, Level(author.level) if author.level else None, now)
    if not proven and found.level in (Level.KNOWN, Level.TRUSTED):
        return replace(found, level=Level.NEW, proof="none")
    return found


def approved_by_hand(session: Session, site_id: UUID, author_id: UUID, *, but: UUID | None = None) -> bool:
    """Whether a comment of this author's is public because a moderator has said so, among the newest ``LOOKED``. What
    the author is worth beyond that is ``standing_of``'s to say. ``but``: a comment that is left out.
    """
    # Taken first and looked at then: SQLite would rather walk everything a moderator has decided on this site.
    newest = (
        select(Comment.id, Comment.status, Comment.moderated_by)
        .where(Comment.site_id == site_id, Comment.author_id == author_id)
        .order_by(Comment.id.desc())
        .limit(at_most(LOOKED))
        .subquery()
    )
    by_hand = select(newest.c.status).where(
        newest.c.status == Status.APPROVED.value, newest.c.moderated_by.is_not(None)
    )
    if but is not None:
        by_hand = by_hand.where(newest.c.id != but)
    return session.scalar(by_hand.limit(at_most(1))) is not None
