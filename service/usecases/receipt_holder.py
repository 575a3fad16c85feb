"""Who holds a receipt is the author of its comment: no account, no address, only this."""

from __future__ import annotations

from service.domain.errors import NotFoundError
from service.domain.moderation import Actor, ActorKind
from service.domain.ports import Signer
from service.storage import comments, sites
from service.storage.comments import Comment
from service.storage.sites import Site
from service.storage.uow import Session
from service.text.constant_time import equal

READER = Actor(ActorKind.READER, None, "receipt")


def comment_of(
    session: Session, signer: Signer, site_slug: str, receipt: str, *, lock: bool = True
) -> tuple[Site, Comment]:
    """The site and the comment, locked where it is to be changed; ``NotFoundError`` for a false, a revoked and another
    site's receipt alike.
    """
    site = sites.get_by_slug(session, site_slug)
    comment_id = signer.read_receipt(receipt)
    comment = None
    if comment_id is not None and lock:
        comment = comments.lock_many(session, site.id, [comment_id]).get(comment_id)
    elif comment_id is not None:
        comment = comments.find(session, site.id, comment_id)
    if comment is None or not equal(receipt, signer.receipt(comment.id, comment.receipt_generation)):
        raise NotFoundError("receipt_not_found")
    return site, comment
