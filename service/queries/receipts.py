"""What the holder of a receipt may see: the fate of one comment, and everything kept of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.domain.errors import FieldError, InvalidError, NotFoundError
from service.domain.moderation import ActorKind, Status
from service.domain.ports import Signer, Vault
from service.domain.snapshot import timestamp
from service.storage import decisions, revisions, sites, threads
from service.storage.comments import Comment
from service.storage.contacts import Contact
from service.storage.revisions import Revision
from service.storage.sites import Site
from service.storage.threads import Thread
from service.text.address import check_address
from service.text.constant_time import equal

#: How long the address given to a page's script still opens the receipt.
OPEN_FOR = timedelta(hours=24)


@dataclass(frozen=True)
class ReceiptView:
    """``text`` and ``html`` are the latest; while ``edit_waiting``, readers still see an earlier one.
    ``reason`` is the code a moderator gave for a rejection. ``thread_url`` is one of the site's own pages, or none.
    """

    comment: UUID
    status: str
    reason: str | None
    edit_waiting: bool
    editable_until: datetime | None
    created_at: datetime
    name: str
    text: str
    html: str
    direction: str
    thread_key: str
    thread_title: str
    thread_url: str | None
    site_name: str
    language: str


@dataclass(frozen=True)
class StatusView:
    """What a status token lets one see."""

    comment: UUID
    status: str
    reason: str | None
    edit_waiting: bool


def read_receipt(session: Session, signer: Signer, site_slug: str, receipt: str, now: datetime) -> ReceiptView:
    """The comment a valid receipt opens. A false, a revoked and another site's receipt are all not found."""
    site, comment, thread = _opened(session, signer, site_slug, receipt)
    latest = revisions.get(session, site.id, comment.id, comment.latest_revision)
    until = site.policy.editable_until(Status(comment.status), comment.created_at, comment.latest_revision)
    return ReceiptView(
        comment=comment.id,
        status=_told(session, comment),
        reason=_reason(session, comment),
        edit_waiting=comment.edit_waiting,
        editable_until=until if until is not None and now <= until else None,
        created_at=comment.created_at,
        name=latest.name,
        text=latest.source,
        html=latest.html,
        direction=latest.direction,
        thread_key=thread.key,
        thread_title=thread.title,
        thread_url=thread.url if thread.url and site.policy.owns(thread.url) else None,
        site_name=site.name,
        language=site.policy.language,
    )


def read_status(session: Session, signer: Signer, site_slug: str, token: str) -> StatusView:
    """Where the comment of a valid status token stands, else ``NotFoundError``."""
    site = sites.get_by_slug(session, site_slug)
    comment = _find(session, site, signer.read_status_token(token))
    if comment is None:
        raise NotFoundError("receipt_not_found")
    return StatusView(comment.id, _told(session, comment), _reason(session, comment), comment.edit_waiting)


def receipt_of_code(session: Session, signer: Signer, site_slug: str, code: str, now: datetime) -> str:
    """The receipt an open code stands for, while the code is young; else ``NotFoundError``."""
    site = sites.get_by_slug(session, site_slug)
    read = signer.read_open_code(code)
    comment = _find(session, site, read[0]) if read and now <= read[2] + OPEN_FOR else None
    if comment is None or read is None or comment.receipt_generation != read[1]:
        raise NotFoundError("receipt_not_found")
    return signer.receipt(comment.id, comment.receipt_generation)


def export_receipt(
    session: Session, signer: Signer, vault: Vault, site_slug: str, receipt: str, typed: str
) -> dict[str, object]:
    """Everything kept of this one comment, ready for JSON.

    The address is in it only when the reader has typed it and it is the one: ``InvalidError`` when it is not. Who
    decided is not in it.
    """
    site, comment, thread = _opened(session, signer, site_slug, receipt)
    exported: dict[str, object] = {
        "site": site.slug,
        "thread": {"key": thread.key, "url": thread.url, "title": thread.title},
        "comment": {
            "id": str(comment.id),
            "parent": str(comment.parent_id) if comment.parent_id else None,
            "status": _told(session, comment),
            "created_at": timestamp(comment.created_at),
            "published_revision": comment.published_revision,
        },
        "revisions": [_revision(r) for r in _revisions(session, comment)],
        "decisions": [
            {
                "at": timestamp(d.at),
                "by": d.actor_kind,
                "action": d.action,
                "from": d.from_status,
                "to": d.to_status,
                "revision": d.revision,
                "reason": d.reason,
            }
            for d in decisions.list_for(session, site.id, comment.id)
        ],
    }
    if typed.strip():
        exported["email"] = _own_address(session, vault, site, comment, typed)
    return exported


def _opened(session: Session, signer: Signer, site_slug: str, receipt: str) -> tuple[Site, Comment, Thread]:
    site = sites.get_by_slug(session, site_slug)
    comment = _find(session, site, signer.read_receipt(receipt))
    if comment is None or not equal(receipt, signer.receipt(comment.id, comment.receipt_generation)):
        raise NotFoundError("receipt_not_found")
    return site, comment, threads.get_by_id(session, site.id, comment.thread_id)


def _find(session: Session, site: Site, comment_id: UUID | None) -> Comment | None:
    if comment_id is None:
        return None
    return session.scalar(select(Comment).where(Comment.site_id == site.id, Comment.id == comment_id))


def _told(session: Session, comment: Comment) -> str:
    """Its status as its author hears it: whether something was taken for spam, spammers need not know; nor that a rule
    refused it, or they would try until one does not. To them it is held, as it was when they sent it.
    """
    if _refused_by_rule(session, comment):
        return Status.PENDING.value
    return Status.REJECTED.value if comment.status == Status.SPAM else comment.status


def _refused_by_rule(session: Session, comment: Comment) -> bool:
    if comment.status not in (Status.REJECTED, Status.SPAM):
        return False
    last = decisions.find_last(session, comment.site_id, comment.id)
    return last is not None and last.actor_kind == ActorKind.POLICY


def _reason(session: Session, comment: Comment) -> str | None:
    if comment.status != Status.REJECTED or _refused_by_rule(session, comment):
        return None
    last = decisions.find_last(session, comment.site_id, comment.id)
    return last.reason if last else None


def _contact(session: Session, comment: Comment) -> Contact | None:
    return session.scalar(
        select(Contact).where(Contact.site_id == comment.site_id, Contact.comment_id == comment.id)
    )


def _own_address(session: Session, vault: Vault, site: Site, comment: Comment, typed: str) -> str:
    contact, address = _contact(session, comment), check_address(typed.strip())
    if contact is None or address is None or vault.fingerprint(address.canonical, site=site.id) != contact.fingerprint:
        raise InvalidError([FieldError("email", "email_other")])
    return address.normalized


def _revisions(session: Session, comment: Comment) -> list[Revision]:
    return list(
        session.scalars(
            select(Revision)
            .where(Revision.comment_id == comment.id, Revision.site_id == comment.site_id)
            .order_by(Revision.number)
        )
    )


def _revision(revision: Revision) -> dict[str, object]:
    return {
        "number": revision.number,
        "name": revision.name,
        "website": revision.website,
        "text": revision.source,
        "html": revision.html,
        "created_at": timestamp(revision.created_at),
        # Why the newsroom has taken words out; none in what the reader wrote.
        "redacted": revision.redacted_reason,
    }
