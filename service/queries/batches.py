"""What waits and could be decided together, as far as the site's model knows: how much of it there is."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.queries.views import in_view
from service.storage.comments import Comment
from service.storage.findings import Finding
from service.storage.queue_indexes import index_of

#: What is offered, by the finding that the queue is then asked for.
BATCHES = ("likely_fine", "likely_bad")
#: Of what waits the oldest so many are looked at; the queue goes through them in the same order.
LOOKED_AT = 2_000


def batch_counts(session: Session, site_id: UUID) -> dict[str, int]:
    """How many of the oldest ``LOOKED_AT`` that wait each batch has; one walk along an index."""
    seen = (
        select(Comment.id, Comment.latest_revision)
        .with_hint(Comment, f"INDEXED BY {index_of('pending', False)}", "sqlite")
        .where(Comment.site_id == site_id, *in_view(site_id, "pending"))
        .order_by(Comment.id)
        .limit(LOOKED_AT)
        .subquery()
    )
    # Asked of each by itself: of a join PostgreSQL once made a look at every finding there is.
    said = (
        select(Finding.code)
        .where(
            Finding.site_id == site_id,
            Finding.comment_id == seen.c.id,
            Finding.revision == seen.c.latest_revision,
            Finding.code.in_(BATCHES),
        )
        .limit(1)
        .scalar_subquery()
    )
    found = select(said.label("code")).select_from(seen).subquery()
    counted = select(*(func.count().filter(found.c.code == code) for code in BATCHES))
    return dict(zip(BATCHES, session.execute(counted).one(), strict=True))
