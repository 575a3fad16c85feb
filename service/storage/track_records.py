"""What moderators have decided on an author's comments, straight from the decision log: nothing is counted beside it
that could drift from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from uuid import UUID

from sqlalchemy import select, union_all
from sqlalchemy.orm import Session

from service.domain.trust import Judgement, Level, Standing, judgement_of, stand
from service.storage import authors
from service.storage.comments import Comment
from service.storage.decisions import Decision

#: Of one author no more of the newest comments than these are looked at. What came before has long lost its weight.
LOOKED = 100


def judgements(session: Session, site_id: UUID, author_ids: Sequence[UUID]) -> dict[UUID, list[Judgement]]:
    """By author; in one statement for all of them, none for nobody."""
    found: dict[UUID, list[Judgement]] = {author: [] for author in author_ids}
    if not found:
        return found
    walks = [
        select(Comment.author_id, Comment.id)
        .where(Comment.site_id == site_id, Comment.author_id == author)
        .order_by(Comment.id.desc())
        .limit(LOOKED)
        .subquery()
        for author in found
    ]
    newest = union_all(*(select(walk.c.author_id, walk.c.id) for walk in walks)).subquery()
    # An outer join, or SQLite may walk the whole log and look for each row among the newest.
    rows = session.execute(
        select(
            newest.c.author_id,
            newest.c.id.label("comment"),
            Decision.id,
            Decision.action,
            Decision.version,
            Decision.version_after,
            Decision.undoes,
            Decision.actor_kind,
            Decision.at,
        )
        .outerjoin(Decision, (Decision.subject_id == newest.c.id) & (Decision.site_id == site_id))
        .order_by(newest.c.id, Decision.version_after)
    )
    for (author, _), chain in groupby(rows, key=lambda row: (row.author_id, row.comment)):
        judged = judgement_of([row for row in chain if row.id is not None])
        if judged is not None:
            found[author].append(judged)
    return found


def standing_of(session: Session, site_id: UUID, author_id: UUID, now: datetime, *, proven: bool) -> Standing:
    """Where the author stands. Unless whoever asks is ``proven`` to be this author only what speaks against them
    counts: a receipt that somebody else has found lends no trust, and takes off no leash.
    """
    author = authors.find(session, site_id, author_id)
    if author is None:
        return Standing()
    past = judgements(session, site_id, [author.id])[author.id]
    found = stand(past, author.proof, Level(author.level) if author.level else None, now)
    if not proven and found.level in (Level.KNOWN, Level.TRUSTED):
        return replace(found, level=Level.NEW, proof="none")
    return found
