"""What those who keep answers have to let go of; and for shared caches the promise, in the transaction that changes
what readers see, that they are told.

Promised only where the site's policy lets them keep it for longer than the default: what lives for a second needs no
telling.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from service.domain import messages
from service.domain.cache_tags import TOLD_AFTER, feed_tag, site_tag, thread_tag
from service.domain.ports import Clock, NewId
from service.storage import outbox
from service.storage.base import PUBLIC_CHANGE
from service.storage.sites import Site
from service.storage.threads import Thread
from service.storage.uow import Session

_KEPT = "kept_until_now"


def mark_kept(session: Session, site: Site) -> None:
    """Before the policy changes: what shared caches keep by it as it is now has to go, however short the new one is."""
    if site.policy.kept_longer:
        session.info.setdefault(_KEPT, set()).add(site.id)


def promise_purges(session: Session, *, new_id: NewId, clock: Clock) -> frozenset[str]:
    """One event for each site of which the transaction has changed something that readers see, with all its tags; and
    all of those tags, whoever keeps what has them.
    """
    rows: Iterable[Site | Thread] = session.info.get(PUBLIC_CHANGE, ())
    tags: dict[Site, set[str]] = {}
    for row in rows:
        site = row if isinstance(row, Site) else row.site
        tags.setdefault(site, set()).update(_tags(site, row))
    kept: set[UUID] = session.info.get(_KEPT, set())
    for site in sorted(tags, key=lambda site: site.id):
        if site.policy.kept_longer or site.id in kept:
            now = clock()
            outbox.put(session, new_id(now), site.id, messages.cache_purge(tags[site]), now, TOLD_AFTER)
    return frozenset().union(*tags.values())


def _tags(site: Site, row: Site | Thread) -> tuple[str, ...]:
    """On the answers that are others now."""
    if isinstance(row, Site):
        return (site_tag(site.slug),)
    return thread_tag(site.slug, row.key), feed_tag(site.slug)
