"""Who sits at the console: the cookie, the moderator behind it, the site being looked at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any, TypeVar, cast
from urllib.parse import quote

from flask import Response, g, request

from service.domain.access import Permission, Principal
from service.domain.errors import ForbiddenError, NotFoundError
from service.i18n import preferred_language, staff_language
from service.queries.principals import SignedIn, StaffSite, signed_in
from service.web.console.places import places_for
from service.web.context import container
from service.web.parsing import read_form
from service.web.rendering import render, see_other
from service.web.security import SESSION_COOKIE, check_csrf, csrf_token

F = TypeVar("F", bound=Callable[..., Any])
#: A console page to come back to: a path of ours, nothing that a browser could read as another host.
_HOME = "/console/"


@dataclass(frozen=True)
class Desk:
    """A signed-in request."""

    cookie: str
    moderator: SignedIn
    site: StaffSite

    @property
    def principal(self) -> Principal:
        return self.moderator.principal(self.site)

    @property
    def language(self) -> str:
        return self.moderator.language

    def page(self, template: str, **context: object) -> str:
        """A console page with what all of them need."""
        sites = [
            {"slug": s.slug, "name": s.name, "current": s.id == self.site.id} for s in self.moderator.sites
        ]
        return render(
            template,
            self.language,
            **{
                "csrf": csrf_token(self.cookie),
                "moderator": {"id": str(self.moderator.id), "name": self.moderator.name, "role": self.site.role},
                "sites": sites,
                "site": self.site.slug,
                "places": places_for(self.principal),
                "here": request.path,
                # The place a page belongs to that is none itself.
                "within": None,
                "notice": None,
                "may_see_contacts": Permission.CONTACTS in self.principal.permissions,
                **context,
            },
        )


def at_desk(view: F) -> F:
    """Hands the view its desk; whoever is not signed in is asked to."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        cookie = request.cookies.get(cookie_name())
        moderator = find_signed_in(cookie)
        if cookie is None or moderator is None:
            after = own_path(request.full_path) if request.method == "GET" else _HOME
            return see_other(f"/console/login?next={quote(after)}")
        g.lang = moderator.language
        return view(Desk(cookie, moderator, _chosen_site(moderator, request.args.get("site"))), *args, **kwargs)

    guarded.access = "moderator"  # type: ignore[attr-defined]
    return guarded  # type: ignore[return-value]


def acting(view: F) -> F:
    """``at_desk`` for an act: the form is read and its token checked, and the session lives twelve hours more."""

    @at_desk
    @wraps(view)
    def guarded(desk: Desk, *args: Any, **kwargs: Any) -> Any:
        form = read_form(request)
        check_csrf(form.get("csrf"), desk.cookie)
        container().sign_in.renew(desk.cookie)
        desk = replace(desk, site=_chosen_site(desk.moderator, form.get("site")))
        response = view(desk, form, *args, **kwargs)
        if "Set-Cookie" not in response.headers:
            set_cookie(response, desk.cookie)
        return response

    return cast(F, guarded)


def find_signed_in(cookie: str | None) -> SignedIn | None:
    if not cookie:
        return None
    now = container().clock()
    return container().reader.run(lambda s: signed_in(s, cookie, now))


def cookie_name() -> str:
    """``__Host-`` where readers come by TLS: then the browser itself keeps it to this host and path."""
    return f"__Host-{SESSION_COOKIE}" if container().settings.secure else SESSION_COOKIE


def set_cookie(response: Response, value: str) -> None:
    response.set_cookie(
        cookie_name(),
        value,
        max_age=12 * 3600,
        path="/",
        secure=container().settings.secure,
        httponly=True,
        samesite="Lax",
    )


def own_path(typed: object) -> str:
    """``typed`` when it is a path of the console, else its first page."""
    if not isinstance(typed, str) or not typed.startswith("/console/"):
        return _HOME
    if any(c < "!" or c in '\\"<>' for c in typed) or "//" in typed.partition("?")[0]:
        return _HOME
    return typed.removesuffix("?")


def page_language() -> str:
    """Before anybody is signed in: what the browser prefers."""
    return staff_language(preferred_language(request.headers.get("Accept-Language")))


def _chosen_site(moderator: SignedIn, slug: str | None) -> StaffSite:
    """The site the address or the form names, else the moderator's first."""
    if not moderator.sites:
        raise ForbiddenError("forbidden")
    for site in moderator.sites:
        if not slug or site.slug == slug:
            return site
    raise NotFoundError("site_not_found")
