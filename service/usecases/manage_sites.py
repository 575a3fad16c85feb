"""Sites and their threads: what an operator or the site's own token may set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from service.domain.errors import FieldError, InvalidError
from service.domain.ports import Clock, NewId
from service.domain.site import THREAD_MODES, SitePolicy, check_slug
from service.domain.threads import MAX_KEY, STATES, thread_key
from service.storage import sites, threads
from service.storage.sites import Site
from service.storage.threads import Thread
from service.storage.uow import Session, UnitOfWork
from service.text.clean import clean_line, length
from service.text.urls import canonical_url
from service.usecases.purge import mark_kept

MAX_SECTION = 100


class ManageSites:
    def __init__(self, uow: UnitOfWork, new_id: NewId, clock: Clock) -> None:
        self._uow, self._new_id, self._clock = uow, new_id, clock

    def create(self, slug: str, name: str, policy: Mapping[str, str | Sequence[str]]) -> Site:
        """A new site; ``ConflictError("site_exists")`` when the slug is taken."""
        now = self._clock()
        site = Site(
            id=self._new_id(now),
            slug=check_slug(slug),
            name=clean_line(name) or slug,
            policy_data=SitePolicy().changed(policy).to_data(),
            created_at=now,
        )

        def change(session: Session) -> Site:
            session.add(site)
            return site

        return self._uow.run(change)

    def set_policy(
        self, slug: str, changes: Mapping[str, str | Sequence[str]], name: str | None = None
    ) -> Site:
        """The site with some policy keys set. Published comments stay as they are."""

        def change(session: Session) -> Site:
            site = sites.get_by_slug(session, slug)
            mark_kept(session, site)
            site.policy_data = site.policy.changed(changes).to_data()
            if name is not None:
                site.name = clean_line(name) or site.name
            return site

        return self._uow.run(change)

    def put_thread(self, site_id: UUID, key: str, fields: Mapping[str, str | None]) -> Thread:
        """The thread, made or changed by the site itself: ``url``, ``title``, ``section``, ``state``,
        ``mode`` (``""`` for the site's).

        A field that is not given stays as it is. ``InvalidError`` with every field error at once.
        """
        known = thread_key(key, None)

        def change(session: Session) -> Thread:
            site = sites.get(session, site_id)
            values = _checked(known, fields, site.policy)
            now = self._clock()
            new = Thread(id=self._new_id(now), site_id=site.id, key=known, title="", created_at=now)
            thread = threads.find(session, site.id, known) or threads.open_once(session, new)
            state = values.pop("state", None)
            # A site sends the same again and again: only what was closed is opened.
            if state and state != thread.state:
                thread.set_state(state, now)
            if "mode" in values:
                thread.mode = values.pop("mode") or None
            for name, value in values.items():
                setattr(thread, name, value)
            return thread

        return self._uow.run(change)

    def set_state(self, slug: str, key: str, state: str) -> Thread:
        """Closes or opens a thread that exists."""

        def change(session: Session) -> Thread:
            site = sites.get_by_slug(session, slug)
            thread = threads.get(session, site.id, thread_key(key, None))
            thread.set_state(state, self._clock())
            return thread

        return self._uow.run(change)


def _checked(key: str, fields: Mapping[str, str | None], policy: SitePolicy) -> dict[str, str | None]:
    errors: list[FieldError] = []
    values: dict[str, str | None] = {}
    if not 0 < length(key) <= MAX_KEY:
        errors.append(FieldError("key", "too_long", {"limit": MAX_KEY}))
    for name, limit in (("title", 300), ("section", MAX_SECTION)):
        if fields.get(name) is not None:
            values[name] = clean_line(fields[name] or "")
            if length(values[name] or "") > limit:
                errors.append(FieldError(name, "too_long", {"limit": limit}))
    if fields.get("url") is not None:
        values["url"] = canonical_url(fields["url"] or "")
        if values["url"] is None:
            errors.append(FieldError("url", "url_invalid"))
        elif length(values["url"]) > 2_048:
            errors.append(FieldError("url", "too_long", {"limit": 2_048}))
        elif not policy.owns(values["url"]):
            errors.append(FieldError("url", "url_foreign"))
    if fields.get("state") is not None:
        values["state"] = fields["state"]
        if values["state"] not in STATES:
            errors.append(FieldError("state", "not_listed"))
    if fields.get("mode") is not None:
        values["mode"] = fields["mode"]
        if values["mode"] not in ("", *THREAD_MODES):
            errors.append(FieldError("mode", "not_listed"))
    if errors:
        raise InvalidError(errors)
    return values
