"""How a comment comes into being, whoever writes it: its author, its row, its first text. It starts pending."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service.domain.errors import FieldError, InvalidError
from service.domain.moderation import Status
from service.domain.ports import NewId, Signer
from service.storage import comments
from service.storage.authors import Author
from service.storage.base import insert_known, insert_rows
from service.storage.comments import Comment
from service.storage.uow import Session, attempted
from service.usecases.arrival_marks import note_arrival
from service.usecases.gather_facts import Sender
from service.usecases.judged_text import JudgedText, keep_marks, write_down


@dataclass(frozen=True)
class Place:
    """Where it will stand. ``parent`` is the public comment of this thread that it answers."""

    site_id: UUID
    thread_id: UUID
    parent: UUID | None


def insert_comment(
    session: Session,
    place: Place,
    judged: JudgedText,
    comment_id: UUID,
    *,
    signer: Signer,
    new_id: NewId,
    now: datetime,
    author: Author | None = None,
    staff_id: UUID | None = None,
    sender: Sender | None = None,
) -> tuple[Comment, bool]:
    """The comment as stored, and whether all could be kept that later ones are compared and counted with;
    ``InvalidError`` when what it answers is not public here any more. ``author``: who is proven to write it, else it is
    somebody new. ``sender``: where it comes from, if that counts.
    """
    root_id = comment_id
    if place.parent is not None:
        parent = comments.find_public_parent(session, place.site_id, place.thread_id, place.parent)
        if parent is None:
            raise InvalidError([FieldError("parent", "parent_unknown")])
        root_id = parent.root_id
    if author is None:
        author = add_author(session, place.site_id, signer=signer, new_id=new_id, now=now)
    comment = insert_known(
        session,
        Comment(
            id=comment_id,
            site_id=place.site_id,
            thread_id=place.thread_id,
            parent_id=place.parent,
            root_id=root_id,
            author_id=author.id,
            status=Status.PENDING.value,
            version=1,
            published_revision=None,
            latest_revision=1,
            receipt_generation=0,
            staff_id=staff_id,
            moderated_by=None,
            moderated_reason=None,
            avatar=signer.digest("avatar", str(author.id), judged.folded_name).hex(),
            rank=judged.rank(),
            opinion_by=None,
            # Its own, unless it is found to be like another; nobody is like what the staff write.
            cluster_id=comment_id if staff_id is None else None,
            reported=False,
            created_at=now,
        ),
    )
    write_down(session, comment, 1, judged, new_id, now)

    def mark(s: Session) -> None:
        keep_marks(s, comment, 1, judged, comment_id, now)
        note_arrival(s, comment, sender, new_id)

    kept = attempted(session, mark)
    if not kept:
        comment.cluster_id = None
    return comment, kept


def add_author(
    session: Session,
    site_id: UUID,
    *,
    signer: Signer,
    new_id: NewId,
    now: datetime,
    generation: int | None = None,
) -> Author:
    """Somebody nobody has heard of. ``generation``: of the token by which they may come back, if they are given one."""
    own = new_id(now)
    face = signer.digest("avatar", str(own)).hex()
    author = Author(id=own, site_id=site_id, avatar=face, proof="none", generation=generation, created_at=now)
    insert_rows(session, author)
    return author
