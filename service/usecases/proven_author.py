"""Who is proven to write: whoever holds what this site has handed to the author's device. No name, no address."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from service.domain.ports import Signer
from service.storage import authors, comments
from service.storage.authors import Author
from service.storage.comments import Comment
from service.storage.submissions import ReceivedSubmission
from service.storage.uow import Session

#: How long a device is remembered that does not come back; whoever does is given a new token.
REMEMBERED = timedelta(days=400)


def claimed(signer: Signer, site_id: UUID, token: object, now: datetime) -> tuple[UUID, int] | None:
    """Author and generation of a token signed for this site that is not too old; ``None`` for whatever else was sent.
    Asks no database, so that what anybody can make up costs nothing.
    """
    read = signer.read_device_token(token, site_id) if isinstance(token, str) else None
    return read[:2] if read and now <= read[2] + REMEMBERED else None


def proven(session: Session, site_id: UUID, claim: tuple[UUID, int] | None, *, lock: bool = False) -> Author | None:
    """The author, held when it is to be written to. ``None`` when there is no claim, or it has been revoked since: that
    is no error, and whoever sent it hears nothing of it.
    """
    if claim is None:
        return None
    author_id, generation = claim
    author = (authors.lock if lock else authors.find)(session, site_id, author_id)
    return author if author is not None and author.generation == generation else None


def device_of(signer: Signer, comment: Comment, generation: int | None, at: datetime) -> str | None:
    """What the device keeps from now on. ``generation`` is missing for one that is not to be remembered."""
    if generation is None:
        return None
    return signer.device_token(comment.site_id, comment.author_id, generation, at)


def device_again(session: Session, signer: Signer, earlier: ReceivedSubmission) -> str | None:
    """What the answer to a submission held, to the byte. Of the generation it had then: what has been revoked since, no
    repeat brings back.
    """
    comment = comments.find(session, earlier.site_id, earlier.comment_id) if earlier.generation is not None else None
    return device_of(signer, comment, earlier.generation, earlier.received_at) if comment else None
