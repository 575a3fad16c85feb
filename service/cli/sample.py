"""Fills an empty database with the demo's site, threads and comments, through the same use cases readers use."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from service.bootstrap import Container, build
from service.demo.comments import COMMENTS, THREADS, SampleComment
from service.domain.access import ROLES, Principal
from service.domain.credentials import new_password
from service.domain.moderation import Action, Actor, ActorKind
from service.gateways.clock import utc_now
from service.queries import site_setup
from service.settings import Settings
from service.usecases.decide_comments import DecisionRequest

SITE = "demo"
NAME = "بريد الوادي"
_ACTIONS = {"approved": Action.APPROVE, "rejected": Action.REJECT, "spam": Action.SPAM}


class _SetClock:
    """A clock that stands where it is put: the sample comments are of different ages."""

    def __init__(self) -> None:
        self.now = utc_now()

    def __call__(self) -> datetime:
        return self.now


def seed(settings: Settings, site_url: str, login: str) -> str:
    """Migrates an empty database and fills it: site, threads, a moderator, comments in every status. The password."""
    clock, start, password = _SetClock(), utc_now(), new_password()
    container = build(settings, clock=clock)
    try:
        container.schema.upgrade()
        clock.now = start - timedelta(minutes=max(c.minutes_ago for c in COMMENTS) + 60)
        site = container.manage_sites.create(SITE, NAME, {"language": "ar"})
        place(container, site_url)
        moderator = container.manage_staff.create_moderator(login, "مشرفة العرض", password, "admin", [SITE])
        actor = Actor(ActorKind.MODERATOR, moderator.id, moderator.name)
        principal = Principal(actor, site.id, ROLES["admin"])
        stored: dict[str, UUID] = {}
        for comment in sorted(COMMENTS, key=lambda c: -c.minutes_ago):
            clock.now = start - timedelta(minutes=comment.minutes_ago)
            stored[comment.key] = _send(container, comment, stored)
            clock.now += timedelta(seconds=30)
            _decide(container, principal, comment, stored[comment.key])
    finally:
        container.close()
    return password


def place(container: Container, site_url: str) -> None:
    """Tells the service where the newspaper is. Its port may be another one than last time."""
    known = container.reader.run(lambda s: site_setup.site_view(s, SITE)).policy.origins
    here = (site_url, site_url.replace("127.0.0.1", "localhost"))
    site = container.manage_sites.set_policy(SITE, {"origins": list(dict.fromkeys([*known, *here]))})
    for thread in THREADS:
        fields = {"url": site_url + thread.url_path, "title": thread.title, "section": thread.section}
        container.manage_sites.put_thread(site.id, thread.key, fields)


def _send(container: Container, comment: SampleComment, stored: dict[str, UUID]) -> UUID:
    fields: dict[str, object] = {
        "thread": comment.thread,
        "name": comment.name,
        "email": comment.email,
        "website": comment.website,
        "body": comment.body,
        "parent": str(stored[comment.reply_to]) if comment.reply_to else None,
    }
    answer = container.submit_comment.submit(SITE, fields)
    assert answer.comment is not None
    return answer.comment


def _decide(container: Container, principal: Principal, comment: SampleComment, comment_id: UUID) -> None:
    action = _ACTIONS.get(comment.status)
    if action is not None:
        container.decide_comments.one(principal, DecisionRequest(comment_id, action, 1, comment.reason))
