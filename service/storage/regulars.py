"""Who is known under a name: the proven authors whose comments readers have seen under it."""

from __future__ import annotations

from collections import Counter
from functools import cache
from uuid import UUID

from sqlalchemy import Select, and_, bindparam, select
from sqlalchemy.orm import Session

from service.domain.moderation import Status
from service.storage.authors import Author
from service.storage.base import ask, at_most
from service.storage.comments import Comment
from service.storage.revisions import Revision

#: The latest public comments under a name that are looked at: whose it is now. Each lies elsewhere in the database, and
#: a usual name has tens of thousands. What waits or was refused is none of them: who writes under a name makes it
#: nobody's only by what moderators let through.
_WALK = 40
#: So many comments that moderators have approved make a regular.
ENOUGH = 3


def regular_named(session: Session, site_id: UUID, name_key: str) -> UUID | None:
    """The author the site's readers know by a name: proven, with ``ENOUGH`` comments under it that moderators have
    approved, and at least half of what was public under it lately. A name that many bear is nobody's.
    """
    rows = ask(session, _bearing(), {"site": site_id, "name_key": name_key}).all()
    borne, by_hand = Counter(row[0] for row in rows), Counter(author for author, by in rows if by is not None)
    known = [a for a, number in by_hand.most_common() if number >= ENOUGH and 2 * borne[a] >= len(rows)]
    # Two at most, and nobody of a name that is nobody's: then this is not asked.
    proven = ask(session, _proven(), {"site": site_id, "authors": known}).scalars().all() if known else ()
    return next((author for author in known if author in proven), None)


@cache
def _bearing() -> Select[UUID, UUID | None]:
    return (
        select(Comment.author_id, Comment.moderated_by)
        .select_from(Revision)
        # By nothing but its id, or SQLite goes through everything that is public on the site.
        .with_hint(Comment, "INDEXED BY sqlite_autoindex_comment_1", "sqlite")
        .join(Comment, and_(Comment.id == Revision.comment_id, Comment.published_revision == Revision.number))
        .where(
            Revision.site_id == bindparam("site"),
            Revision.name_key == bindparam("name_key"),
            Comment.site_id == bindparam("site"),
            Comment.status == Status.APPROVED.value,
            Comment.staff_id.is_(None),
        )
        .order_by(Revision.comment_id.desc(), Revision.number.desc())
        .limit(at_most(_WALK))
    )


@cache
def _proven() -> Select[UUID]:
    of = Author.id.in_(bindparam("authors", expanding=True))
    return select(Author.id).where(Author.site_id == bindparam("site"), of, Author.proof != "none")
