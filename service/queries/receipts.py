"""What the holder of a receipt may see: the fate of one comment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from service.domain.errors import NotFoundError
from service.domain.ports import Signer
from service.storage import sites
from service.storage.comments import Comment
from service.storage.revisions import Revision
from service.storage.threads import Thread
from service.text.constant_time import equal


@dataclass(frozen=True)
class ReceiptView:
    comment: UUID
    status: str
    created_at: datetime
    name: str
    html: str
    direction: str
    thread_key: str
    thread_title: str
    thread_url: str | None
    language: str


def read_receipt(session: Session, signer: Signer, site_slug: str, receipt: str) -> ReceiptView:
    """The comment a valid receipt opens. A false, a revoked and another site's receipt are all not found."""
    site = sites.get_by_slug(session, site_slug)
    comment_id = signer.read_receipt(receipt)
    row = None
    if comment_id is not None:
        row = session.execute(
            select(Comment, Revision, Thread)
            .join(
                Revision, and_(Revision.comment_id == Comment.id, Revision.number == Comment.latest_revision)
            )
            .join(Thread, Thread.id == Comment.thread_id)
            .where(Comment.site_id == site.id, Comment.id == comment_id)
        ).first()
    if row is None or not equal(receipt, signer.receipt(row[0].id, row[0].receipt_generation)):
        raise NotFoundError("receipt_not_found")
    comment, revision, thread = row
    return ReceiptView(
        comment=comment.id,
        status="rejected" if comment.status == "spam" else comment.status,
        created_at=comment.created_at,
        name=revision.name,
        html=revision.html,
        direction=revision.direction,
        thread_key=thread.key,
        thread_title=thread.title,
        thread_url=thread.url,
        language=site.policy.language,
    )
