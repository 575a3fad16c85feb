"""What somebody who reports a comment is shown: the comment as it is published, and nothing that is not."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from service.domain.errors import NotFoundError
from service.domain.snapshot import PublicComment
from service.queries.site_setup import SiteView, site_view
from service.storage import public_comments, threads


@dataclass(frozen=True)
class ReportedView:
    """``thread_url`` is there only while it lies under the site's own origins."""

    site: SiteView
    comment: PublicComment
    thread_key: str
    thread_title: str
    thread_url: str | None


def reported_view(session: Session, slug: str, comment_id: UUID) -> ReportedView:
    """The published comment; ``NotFoundError`` for an unknown one and for one no reader sees alike."""
    site = site_view(session, slug)
    found = public_comments.find_public(session, site.id, comment_id)
    if found is None:
        raise NotFoundError("comment_not_found")
    thread_id, comment = found
    thread = threads.get_by_id(session, site.id, thread_id)
    url = thread.url if thread.url and site.policy.owns(thread.url) else None
    return ReportedView(site, comment, thread.key, thread.title, url)
