"""What pages and commands need to know of a site before anything happens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from service.domain.site import CLOSED, SitePolicy
from service.storage import comments, sites, threads
from service.storage.sites import Site
from service.text.clean import clean_line


@dataclass(frozen=True)
class SiteView:
    id: UUID
    slug: str
    name: str
    policy: SitePolicy


@dataclass(frozen=True)
class FormView:
    """What the comment form is made from. ``reply_to`` is the name of a public comment answered, if any."""

    site: SiteView
    closed: bool
    thread_title: str
    thread_url: str | None
    reply_to: str | None


def site_view(session: Session, slug: str) -> SiteView:
    """The site, or ``NotFoundError``."""
    return _view(sites.get_by_slug(session, slug))


def list_sites(session: Session) -> Sequence[SiteView]:
    return [_view(site) for site in sites.list_all(session)]


def form_view(
    session: Session, slug: str, key: str, url: str | None, title: str, parent: UUID | None, now: datetime
) -> FormView:
    """The form for a thread. A reader's address and title count only while the thread is unknown."""
    site = _view(sites.get_by_slug(session, slug))
    thread = threads.find(session, site.id, key) if key else None
    if thread is None:
        own = url if url and site.policy.owns(url) else None
        return FormView(site, site.policy.mode == CLOSED, clean_line(title), own, None)
    answered = comments.find_public_name(session, site.id, thread.id, parent) if parent else None
    # Set once by a reader under the origins of that day; the site may have moved since.
    url = thread.url if thread.url and site.policy.owns(thread.url) else None
    return FormView(site, not thread.is_open(site.policy, now), thread.title, url, answered)


def _view(site: Site) -> SiteView:
    return SiteView(site.id, site.slug, site.name, site.policy)
