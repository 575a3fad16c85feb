"""Tokens of a site, for programs. For its admins; a secret is shown once, on the page that made it."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from flask import Blueprint, Response

from service.domain.access import SCOPES, Permission
from service.domain.errors import FieldError, InvalidError
from service.queries import access
from service.usecases.manage_staff import NewToken
from service.web.console.outcome import acted, id_in, page, told, typed_in
from service.web.console.session import Desk, acting, at_desk
from service.web.context import container
from service.web.errors import field_text

PATH = "/console/tokens"
#: For how many days a token may be asked for here.
DAYS = ("30", "90", "180", "365")


def register(blueprint: Blueprint) -> None:
    @blueprint.get("/tokens")
    @at_desk
    def tokens(desk: Desk) -> Response:
        desk.principal.require(Permission.MANAGE)
        return _page(desk)

    @blueprint.post("/tokens")
    @acting
    def create_token(desk: Desk, form: Mapping[str, str]) -> Response:
        desk.principal.require(Permission.MANAGE)
        scopes = [s for s in SCOPES if form.get(f"scope-{s}") == "1"]
        create = container().manage_staff.create_token
        try:
            if form.get("days") not in DAYS:
                raise InvalidError([FieldError("days", "not_listed")])
            made = create(desk.site.slug, form.get("name", ""), scopes, int(form["days"]))
        except InvalidError as error:
            return _page(desk, form, {f.field: field_text(f, desk.language) for f in error.fields})
        return _page(desk, made=made)

    @blueprint.post("/tokens/revoke")
    @acting
    def revoke_token(desk: Desk, form: Mapping[str, str]) -> Response:
        desk.principal.require(Permission.MANAGE)
        token, revoke = id_in(form.get("token"), "token"), container().manage_staff.revoke_token
        return acted(desk, PATH, "token_revoked", lambda: revoke(token, desk.site.id))


def _page(
    desk: Desk,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    made: NewToken | None = None,
) -> Response:
    now, site = container().clock(), desk.site
    html = desk.page(
        "console/tokens.html",
        tokens=container().reader.run(lambda s: access.tokens_of(s, site.id, now)),
        scopes=SCOPES,
        days=DAYS,
        typed=typed_in(typed),
        errors=typed_in(errors),
        secret=made.secret if made else None,
        return_to=f"{PATH}?{urlencode({'site': site.slug})}",
        notice=told(desk),
    )
    return page(html, 422 if errors else 200)
